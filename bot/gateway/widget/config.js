// Replaced as a whole when /widget.js is put together: style, limits and the address of the server.
export const CONFIG = {};
