// The visitor API. A refusal carries the server's own words; a missing network is Unreachable.
export class Refused extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.detail || "");
    this.status = status;
    this.code = problem.code;
    this.errors = problem.errors || [];
    this.retryAfter = retryAfter;
  }

  get isGone() {
    return this.status === 401 || this.status === 404;
  }

  get isPassing() {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

export class Unreachable extends Error {}

const PATIENCE = 20000;

export class Api {
  constructor(base, words) {
    this.base = base;
    this.words = words;
  }

  async fetch(method, path, { token, body, signal, headers = {} } = {}) {
    const all = { "Accept-Language": this.words.locale, Accept: "application/json", ...headers };
    if (token) all.Authorization = `Bearer ${token}`;
    let content = body;
    if (body && !(body instanceof FormData)) {
      all["Content-Type"] = "application/json";
      content = JSON.stringify(body);
    }
    let response;
    try {
      response = await fetch(`${this.base}/api/v1/conversations${path}`, {
        method, body: content, signal, headers: all, cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer",
      });
    } catch (error) {
      throw new Unreachable(error.message);
    }
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    throw new Refused(response.status, problem, Number(response.headers.get("Retry-After")) || 0);
  }

  async call(method, path, options = {}) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), options.patience || PATIENCE);
    try {
      const response = await this.fetch(method, path, { ...options, signal: stop.signal });
      return response.status === 204 ? null : await response.json();
    } catch (error) {
      throw error instanceof Refused || error instanceof Unreachable ? error : new Unreachable(error.message);
    } finally {
      clearTimeout(timer);
    }
  }
}
