// Replaced as a whole when /widget.js is put together: sentences, style, limits and the address of the server.
export const CONFIG = {};
