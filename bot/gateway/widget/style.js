// A style for a shadow root that no policy against inline styles objects to.
import { h } from "./nodes.js";

// Browsers of before 2023 read the same rules from a file.
export function dress(root, rules, file) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    root.append(h("link", { rel: "stylesheet", href: file }));
  }
}
