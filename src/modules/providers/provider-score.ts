/** What a provider's documentation would do with a score. */
export type BandAction = 'allow' | 'monitor' | 'challenge' | 'block';

/** A part of a provider's own scale. */
export interface ScoreBand {
  /** The least score of the band; the next band's is where it ends. */
  readonly from: number;
  /** The provider's word for it. */
  readonly label: string;
  readonly action: BandAction;
}

/** How a provider's own scale, 0-100 and higher is riskier, is to be read. */
export interface ProviderScorecard {
  /** Ascending from 0, each action once. */
  readonly bands: readonly ScoreBand[];
  /** Points the card adds when the country that the caller states differs. @default 0 */
  readonly claimedCountryDiffers?: number;
}

/** One row of the provider's table that applies. */
export interface ScoreRow {
  readonly code: string;
  /** Whole points. */
  readonly points: number;
  /** For the audit log. Never shown to a caller who is blocked. */
  readonly detail: string;
}

/** What a provider makes of an address on its own scale. */
export interface ProviderScore {
  readonly card: ProviderScorecard;
  readonly rows: readonly ScoreRow[];
}

const LEAST = 0;
const MOST = 100;

/** Where each action begins on our scale: the bands of the default `login` policy. */
const OUR_BANDS: Readonly<Record<BandAction, readonly [from: number, below: number]>> = {
  allow: [0, 20],
  monitor: [20, 45],
  challenge: [45, 80],
  block: [80, 100],
};

/** The sum of the rows on the provider's own scale, a whole number 0-100. */
export function pointsOf({ card, rows }: ProviderScore, claimedCountryDiffers = false): number {
  let sum = claimedCountryDiffers ? (card.claimedCountryDiffers ?? 0) : 0;
  for (const { points } of rows) sum += points;
  return Math.min(Math.max(sum, LEAST), MOST);
}

/** The band that holds the score. */
export function bandOf({ bands }: ProviderScorecard, points: number): ScoreBand {
  const band = bands.findLast(({ from }) => points >= from) ?? bands[0];
  if (band === undefined) throw new RangeError('A provider scorecard needs at least one band.');
  return band;
}

/**
 * The score on our scale: each band is stretched onto the range of its action, so that 75 of a vendor who calls that
 * "suspicious, not necessarily fraudulent" is not read as 75 of a vendor who would ask for a second factor from 45.
 */
export function onOurScale(card: ProviderScorecard, points: number): number {
  const band = bandOf(card, points);
  const end = card.bands.find(({ from }) => from > band.from)?.from ?? MOST;
  const [from, below] = OUR_BANDS[band.action];
  const part = end === band.from ? 0 : (points - band.from) / (end - band.from);
  const most = band.action === 'block' ? MOST : below - 1;
  return Math.min(Math.floor(from + part * (below - from)), most);
}

/** True for a score of the promised form: a card with bands from 0 up, and rows of whole points. */
export function isProviderScore(value: unknown): value is ProviderScore {
  if (typeof value !== 'object' || value === null) return false;
  const { card, rows } = value as Partial<ProviderScore>;
  return Array.isArray(rows) && rows.every(isRow) && isScorecard(card);
}

function isScorecard(card: ProviderScorecard | null | undefined): boolean {
  if (typeof card !== 'object' || card === null || !Array.isArray(card.bands)) return false;
  const bands: readonly unknown[] = card.bands;
  let last: Pick<ScoreBand, 'from' | 'action'> | undefined;
  for (const band of bands) {
    const { from, action } = (band ?? {}) as Partial<ScoreBand>;
    if (from === undefined || action === undefined || !isNextBand(last, from, action)) return false;
    last = { from, action };
  }
  return last !== undefined && Number.isInteger(card.claimedCountryDiffers ?? 0);
}

/** Each band begins higher and is stricter than the one before: a higher score must never be read as a lower one. */
function isNextBand(last: Pick<ScoreBand, 'from' | 'action'> | undefined, from: number, action: BandAction): boolean {
  if (!Number.isInteger(from) || from > MOST || !Object.hasOwn(OUR_BANDS, action)) return false;
  if (last === undefined) return from === LEAST;
  return from > last.from && OUR_BANDS[action][0] > OUR_BANDS[last.action][0];
}

function isRow(row: unknown): boolean {
  if (typeof row !== 'object' || row === null) return false;
  const { code, points, detail } = row as Partial<ScoreRow>;
  return typeof code === 'string' && typeof detail === 'string' && Number.isInteger(points);
}
