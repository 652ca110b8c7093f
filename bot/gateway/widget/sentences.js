// Replaced as a whole when /widget-more.js is put together: its own sentences by language, and what files may be sent.
export const SENTENCES = {};
export const FILES = {};
