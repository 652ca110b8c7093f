// What the browser keeps, from consent until the conversation is erased. Where storage is refused, memory serves.
export class Store {
  constructor(name) {
    this.name = name;
    this.memory = null;
  }

  read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.name));
      return kept && kept.id && kept.token ? kept : this.memory;
    } catch {
      return this.memory;
    }
  }

  begin(kept) {
    this.memory = kept;
    this.save();
  }

  // Other tabs write too: only what changes is laid over what is there.
  change(part) {
    const kept = this.read();
    if (!kept) return;
    this.memory = { ...kept, ...part };
    this.save();
  }

  save() {
    try {
      localStorage.setItem(this.name, JSON.stringify(this.memory));
    } catch {
      // Full or refused: the conversation lasts as long as the page.
    }
  }

  clear() {
    this.memory = null;
    try {
      localStorage.removeItem(this.name);
    } catch {
      // Nothing was kept there.
    }
  }

  // Called when another tab changed or erased it.
  watch(changed) {
    const listen = (event) => {
      if (event.key !== this.name && event.key !== null) return;
      this.memory = null;
      changed(this.read());
    };
    addEventListener("storage", listen);
    return () => removeEventListener("storage", listen);
  }
}
