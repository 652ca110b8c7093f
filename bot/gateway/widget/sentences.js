// Replaced as a whole when /widget-more.js is put together: sentences by language, its style, what files may be sent.
export const SENTENCES = {};
export const FILES = {};
export const STYLE = "";
export const TELEGRAM = false;
