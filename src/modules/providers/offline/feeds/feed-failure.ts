import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';

/** A feed could not be had. The message holds no URL and no path. Never leaves the reader, which reports it in its health. */
export class FeedFailure extends Error {
  override readonly name = 'FeedFailure';
}

/**
 * One sentence on why a feed was not loaded, safe to show: errors of the network and the disk hold URLs and paths, so
 * only their code is taken.
 */
export function sentenceOf(error: unknown): string {
  if (error instanceof FeedFailure || error instanceof InvalidDatasetError) return error.message;
  // fetch() puts the code of the network error into the cause of its own.
  const code = codeOf(error) ?? codeOf((error as { cause?: unknown } | undefined)?.cause);
  return `It could not be read (${code ?? 'unknown error'}).`;
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(error.code) ? error.code : undefined;
}
