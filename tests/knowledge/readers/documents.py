"""Files as people send them, made for the tests: real ones of each format, and hostile ones."""

from __future__ import annotations

import zipfile
from datetime import date
from functools import cache
from io import BytesIO

import docx
import openpyxl
import pptx
from docx.enum.text import WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests.browsing import open_browser

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def make_docx() -> bytes:
    document = docx.Document()
    document.add_paragraph("Atbalsta kārtība", style="Title")
    document.add_heading("Vispārīgie noteikumi", 1)
    first = document.add_paragraph("Kārtība nosaka, kā ")
    first.add_run("biedrība").bold = True
    first.add_run(" saņem atbalstu.")
    _add_footnote(document, first, "Biedrību un nodibinājumu likuma izpratnē.")
    document.add_paragraph("Atbalstu piešķir:")
    document.add_paragraph("biedrībām:", style="List Bullet")
    document.add_paragraph("reģionā strādājošām;", style="List Bullet 2")
    document.add_paragraph("citām;", style="List Bullet 2")
    document.add_paragraph("pašvaldībām.", style="List Bullet")
    document.add_paragraph("Iesniedziet pieteikumu.", style="List Number")
    document.add_heading("Summas", 2)
    table = document.add_table(rows=3, cols=3)
    for row, texts in zip(
        table.rows,
        [
            ("Gads", "Summa", "Piezīme"),
            ("2026", "15 000 eiro", ""),
            ("2027", "20 000 eiro", "pēc lēmuma"),
        ],
        strict=True,
    ):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    _add_deleted_and_inserted(document)
    return save(document)


def _add_deleted_and_inserted(document: docx.document.Document) -> None:
    paragraph = document.add_paragraph("Termiņš ir ")
    paragraph._p.append(
        parse_xml(
            f'<w:del {nsdecls("w")} w:id="90" w:author="a"><w:r><w:delText>1. maijs</w:delText></w:r></w:del>'
        )
    )
    paragraph._p.append(
        parse_xml(f'<w:ins {nsdecls("w")} w:id="91" w:author="a"><w:r><w:t>1. jūnijs</w:t></w:r></w:ins>')
    )
    paragraph.add_run(".")


def _add_footnote(document: docx.document.Document, paragraph: docx.text.paragraph.Paragraph, text: str) -> None:
    notes = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:footnotes {W}>'
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        f'<w:footnote w:id="2"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    part = Part(
        PackURI("/word/footnotes.xml"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml",
        notes.encode(),
        document.part.package,
    )
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    run = paragraph.add_run()
    run._r.append(parse_xml(f'<w:footnoteReference {nsdecls("w")} w:id="2"/>'))


def make_long_docx(sections: int) -> bytes:
    """About a page a section, as a ministry's report is."""
    document = docx.Document()
    document.add_paragraph("Informatīvais ziņojums", style="Title")
    for number in range(1, sections + 1):
        document.add_heading(f"{number}. nodaļa", 1)
        for _ in range(6):
            document.add_paragraph(
                "Ziņojums apraksta, kā pašvaldības un biedrības kopā veido pakalpojumus cilvēkiem. " * 4
            )
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    return save(document)


def save(document: docx.document.Document) -> bytes:
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def make_pptx() -> bytes:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.shapes.title.text = "Kas ir prototips"
    frame = slide.placeholders[1].text_frame
    frame.text = "Pirmais modelis"
    frame.add_paragraph().text = "Izmēģina ar cilvēkiem"
    frame.paragraphs[1].level = 1
    slide.notes_slide.notes_text_frame.text = "Pastāstīt par Cēsu piemēru."
    table = show.slides.add_slide(show.slide_layouts[5])
    table.shapes.title.text = "Posmi"
    grid = table.shapes.add_table(2, 2, 0, 0, 4000000, 1000000).table
    for place, text in enumerate(("Posms", "Ilgums", "pilots", "6 mēneši")):
        grid.cell(place // 2, place % 2).text = text
    stream = BytesIO()
    show.save(stream)
    return stream.getvalue()


def make_xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Konkursi"
    sheet.append(["Konkursu saraksts 2026. gadā"])
    sheet.append(["Nosaukums", "Termiņš", "Summa"])
    sheet.append(["Kopienu konkurss", date(2026, 11, 30), 15000.0])
    book.create_sheet("Slēpta").sheet_state = "hidden"
    other = book.create_sheet("Kontakti")
    other.append(["Vārds", "Vieta"])
    other.append(["Biedrība", "Cēsis"])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


LEFT = (
    "Sociālā inovācija ir jauna ideja, kas palīdz cilvēkiem un veido jaunu sadarbību. Tā sākas ar vajadzību, ko "
    "kāds ir pamanījis, un ar cilvēkiem, kuri ir gatavi to risināt kopā. Daudzas labas domas paliek neīstenotas, "
    "jo trūkst naudas, zināšanu vai sadarbības partneru, tāpēc atbalsts ir vajadzīgs katrā posmā no idejas līdz "
    "mērogošanai. "
)
RIGHT = (
    "Otrā sleja stāsta par pašvaldībām, kuras ir tuvākās cilvēkiem un pirmās redz, kā pietrūkst. Pašvaldība var "
    "dot telpas, zināšanas un naudu, bet biedrība dod laiku un uzticību. Kopā viņi izmēģina pakalpojumu mazā "
    "mērogā, izvērtē, kas izdevās, un tikai tad lemj par turpinājumu visā novadā. "
)
CSS = """
@page { size: A4; margin: 25mm 20mm; }
body { font: 11pt/1.4 'DejaVu Sans', sans-serif; margin: 0; }
h1 { font-size: 22pt; } h2 { font-size: 15pt; }
.columns { columns: 2; column-gap: 12mm; column-fill: auto; height: 120mm; text-align: justify; hyphens: manual; }
table { border-collapse: collapse; } td, th { border: 1px solid; padding: 2mm; }
.break { break-before: page; } .note { font-size: 8pt; } sup { font-size: 6pt; }
"""
HEADER = '<div style="font-size:8px;width:100%;text-align:center">Ministrijas ziņojums par sociālo inovāciju</div>'
FOOTER = '<div style="font-size:8px;width:100%;text-align:center"><span class="pageNumber"></span> lpp.</div>'


def print_pdf(body: str, css: str = CSS) -> bytes:
    """By a real browser, with a running header and page numbers."""
    with open_browser() as browser:
        page = browser.new_page()
        page.set_content(f"<html lang='lv'><style>{css}</style><body>{body}</body></html>")
        return page.pdf(
            display_header_footer=True, header_template=HEADER, footer_template=FOOTER, prefer_css_page_size=True
        )


@cache
def make_pdf() -> bytes:
    rows = "".join(
        f"<tr><td>{year}</td><td>{sum} eiro</td></tr>" for year, sum in ((2026, "15 000"), (2027, "20 000"))
    )
    body = f"""
    <h1>Ziņojums par inovāciju</h1>
    <div class="columns"><p>{LEFT}{LEFT}</p><p>{LEFT}{LEFT}</p><p>{RIGHT}{RIGHT}</p><p>{RIGHT}{RIGHT}</p></div>
    <h2 class="break">Finansējums</h2>
    <p>Nauda ir paredzēta trim mērķiem:</p>
    <ul><li>mācībām;</li><li>kampaņām;</li><li>pētījumiem.</li></ul>
    <p style="width: 60mm">Atbalstu var saņemt katra organi-<br>zācija, kas strādā ar cilvēkiem.<sup>1</sup></p>
    <table><tr><th>Gads</th><th>Summa</th></tr>{rows}</table>
    <p class="note">1 Biedrība vai nodibinājums.</p>
    <h2 class="break">Secinājumi</h2>
    <p>{RIGHT}</p>
    """
    return print_pdf(body)


@cache
def make_scan() -> bytes:
    """A page that is a picture of text alone."""
    picture = (
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
        "RU5ErkJggg=="
    )
    with open_browser() as browser:
        page = browser.new_page()
        page.set_content(f'<img src="{picture}" style="width:100%;height:900px">')
        page.wait_for_load_state()
        return page.pdf()


def encrypt_pdf(data: bytes) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    writer.encrypt("slepens", algorithm="RC4-128")
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


def add_part(package: bytes, name: str, content: bytes, *, replace: bool = False) -> bytes:
    """An Office file with one part more, or with another in its place."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(package)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if not (replace and part.filename == name):
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return stream.getvalue()


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
    b"<w:t>&x;</w:t></w:r></w:p></w:body></w:document>"
)
