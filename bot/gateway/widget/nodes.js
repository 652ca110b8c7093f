// Building the page node by node: text from outside never becomes markup.
export function h(tag, attributes = {}, ...children) {
  const node = tag === "svg" || tag === "path" ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child || child === 0));
  return node;
}

export function icon(path) {
  return h("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, h("path", { d: path }));
}

export function hidden(text) {
  return h("span", { class: "hidden" }, text);
}

// Light Markdown: paragraphs, line breaks, lists, bold, links.
export function renderMarkdown(text, base, newTab) {
  const blocks = [];
  let list = null;
  let lines = [];
  const flush = () => {
    if (lines.length) blocks.push(h("p", {}, lines.flatMap((line, i) => [i ? h("br") : null, ...renderInline(line, base, newTab)])));
    lines = [];
  };
  for (const line of text.split("\n")) {
    const item = /^\s*(?:([-*•])|(\d{1,3})[.)])\s+(.*)$/.exec(line);
    if (item) {
      flush();
      const tag = item[1] ? "UL" : "OL";
      if (!list || list.tagName !== tag) blocks.push((list = h(tag.toLowerCase(), item[2] ? { start: item[2] } : {})));
      list.append(h("li", {}, renderInline(item[3], base, newTab)));
    } else {
      list = null;
      if (line.trim()) lines.push(line);
      else flush();
    }
  }
  flush();
  return blocks;
}

const INLINE = /\*\*([^*\n]+)\*\*|\[([^\]\n]{1,300})\]\(([^)\s]{1,1000})\)|(https?:\/\/[^\s<>()"„“”]*[^\s<>()"„“”.,;:!?])/g;

function renderInline(line, base, newTab) {
  const nodes = [];
  let end = 0;
  for (const found of line.matchAll(INLINE)) {
    nodes.push(line.slice(end, found.index));
    end = found.index + found[0].length;
    const [whole, bold, title, address, bare] = found;
    if (bold) nodes.push(h("strong", {}, renderInline(bold, base, newTab)));
    else nodes.push(makeLink(title || bare, address || bare, base, newTab) || whole);
  }
  nodes.push(line.slice(end));
  return nodes.filter((node) => node !== "");
}

// Null for an address that is not one of the web, of mail or of a telephone.
export function makeLink(title, address, base, newTab, attributes = {}) {
  let url;
  try {
    url = new URL(address, base);
  } catch {
    return null;
  }
  if (!["http:", "https:", "mailto:", "tel:"].includes(url.protocol)) return null;
  const link = h("a", { href: url.href, rel: "noopener", ...attributes }, title);
  if (url.protocol.startsWith("http")) {
    link.target = "_blank";
    link.append(hidden(` (${newTab})`));
  }
  return link;
}
