// Keys planted in the app, and the search for them in everything that leaves it.
import { randomBytes } from 'node:crypto';

/** A key whose spelling differs in every encoding: "+", "/", "=", "&" and "?" travel escaped. */
export function plantKey(vendor) {
  const core = randomBytes(12).toString('hex');
  return { vendor, core, key: `canary+${vendor}/${core}?&=` };
}

/** The spellings by which a key, or the part of it that only it has, would be recognised. */
function spellingsOf({ key, core }) {
  const base64 = [key, core].flatMap(base64Within);
  return new Map([
    ['plain', [key, core]],
    ['URL-encoded', [encodeURIComponent(key), new URLSearchParams({ key }).toString().slice('key='.length)]],
    ['base64', base64],
    ['base64url', base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))],
    ['hex', [key, core].flatMap(hexOf)],
  ]);
}

function hexOf(text) {
  const hex = Buffer.from(text).toString('hex');
  return [hex, hex.toUpperCase()];
}

/** What stays of the text in base64 whatever stands before and after it, in each of the three alignments. */
function base64Within(text) {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.from('x'.repeat(shift) + text).toString('base64');
    const whole = Math.floor(((shift + text.length) * 8) / 6);
    return encoded.slice(Math.ceil((shift * 8) / 6), whole);
  });
}

/** Looks for planted keys in text as it comes. */
export class CanarySearch {
  hits = [];
  bytesSearched = 0;
  #needles;
  #longest;

  constructor(keys) {
    this.#needles = keys.flatMap((planted) =>
      [...spellingsOf(planted)].flatMap(([form, texts]) =>
        texts.map((text) => ({ vendor: planted.vendor, form, bytes: Buffer.from(text) })),
      ),
    );
    this.#longest = Math.max(...this.#needles.map(({ bytes }) => bytes.length));
    this.#proveItself(keys);
  }

  /** Bytes that a reader in pieces must read again, so that a key across two pieces is found. */
  get overlap() {
    return this.#longest - 1;
  }

  look(place, text) {
    const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text);
    this.bytesSearched += bytes.length;
    for (const { vendor, form, bytes: needle } of this.#needles) {
      if (bytes.includes(needle)) this.hits.push(`the key of ${vendor}, ${form}, in ${place}`);
    }
  }

  /** A search that finds nothing because it cannot is worse than none. */
  #proveItself(keys) {
    for (const { key, vendor } of keys) {
      const inText = (encoding) => Buffer.from(`{"url":"https://x/?k=${key}"}`).toString(encoding);
      const forms = [key, encodeURIComponent(key), inText('base64'), inText('base64url'), inText('hex')];
      for (const form of forms) {
        this.hits = [];
        this.look('itself', form);
        if (this.hits.length === 0) throw new Error(`The canary of ${vendor} would not be found in ${form}.`);
      }
    }
    this.hits = [];
    this.bytesSearched = 0;
  }
}
