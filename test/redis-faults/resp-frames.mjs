// Cuts a stream of RESP (2 and 3) into whole frames, without decoding them.

const CR_LF = '\r\n';
const SIZED = new Set(['$', '!', '=']);
const NESTED = { '*': 1, '~': 1, '>': 1, '%': 2, '|': 2 };

export class RespFrames {
  #rest = Buffer.alloc(0);

  /** @returns the frames that are whole by now. */
  push(chunk) {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const frames = [];
    for (let end = frameEnd(this.#rest, 0); end !== undefined; end = frameEnd(this.#rest, 0)) {
      frames.push(this.#rest.subarray(0, end));
      this.#rest = this.#rest.subarray(end);
    }
    return frames;
  }
}

/** Where the frame that begins at `start` ends, or `undefined` while a part of it is missing. */
function frameEnd(bytes, start) {
  const lineEnd = bytes.indexOf(CR_LF, start);
  if (lineEnd === -1) return undefined;
  const type = String.fromCharCode(bytes[start]);
  const size = Number(bytes.toString('latin1', start + 1, lineEnd));
  let end = lineEnd + CR_LF.length;
  if (SIZED.has(type)) {
    if (size >= 0) end += size + CR_LF.length;
    return end <= bytes.length ? end : undefined;
  }
  // An attribute goes before the frame that it is about.
  const parts = (NESTED[type] ?? 0) * Math.max(size, 0) + (type === '|' ? 1 : 0);
  for (let part = 0; part < parts; part += 1) {
    end = frameEnd(bytes, end);
    if (end === undefined) return undefined;
  }
  return end;
}

/** The words of a command as a client sends it: an array of bulk strings. */
export function wordsOf(frame) {
  const words = [];
  let at = frame.indexOf(CR_LF) + CR_LF.length;
  while (at < frame.length) {
    const lineEnd = frame.indexOf(CR_LF, at);
    const start = lineEnd + CR_LF.length;
    const end = start + Number(frame.toString('latin1', at + 1, lineEnd));
    words.push(frame.toString('latin1', start, end));
    at = end + CR_LF.length;
  }
  return words;
}
