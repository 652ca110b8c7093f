// The conversation as a text to take along.
export function writeTranscript(messages, base, words, who) {
  const lines = [words.say("transcript_title", { date: words.date(new Date()) }), ""];
  for (const message of messages) {
    const at = new Date(message.created_at);
    lines.push(`[${words.date(at)} ${words.time(at)}] ${who(message)}:`, message.text.replace(/\*\*/g, ""));
    for (const source of message.sources) lines.push(`  – ${source.title}: ${new URL(source.url, base).href}`);
    lines.push("");
  }
  return lines.join("\n");
}

export function saveFile(name, type, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// Programs that take mailto: addresses cut long ones; what does not fit is said to be in the file.
export function mailTo(subject, text, cut) {
  const most = 1500;
  const body = text.length > most ? `${text.slice(0, most)}…\n\n${cut}` : text;
  return `mailto:?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`;
}
