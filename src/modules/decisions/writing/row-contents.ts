import type { IpAddress } from '../../../common/ip/ip-address.js';
import { bandOf } from '../../alerting/rules/decision-band.js';
import type { Pseudonyms } from '../../geo-velocity/privacy/pseudonyms.js';
import { encodedSignals, type Interned } from '../signals/encoded-signals.js';
import { addressOf, rowContent, statedCountry, storableSubject, type RowContent } from './decision-row.js';
import type { WaitingDecision } from './waiting-decision.js';

/** What an entry becomes a part of, and by what. */
export interface EntryParts {
  /** Entries of one minute with the same key are one row. */
  readonly key: string;
  readonly address: IpAddress | undefined;
  readonly signals: Interned | undefined;
}

/** By what decisions are the same: who was judged by what on which route, and what was done. */
export function entryParts({ event }: WaitingDecision): EntryParts {
  const { decision, route, claimedCountry } = event;
  const { policy, subject, assessment, action, intendedAction, cause, travel, degraded } = decision;
  const address = addressOf(assessment);
  const signals = assessment && encodedSignals(assessment);
  const said = [
    route,
    policy.digest,
    storableSubject(subject),
    address?.text,
    signals?.digest,
    action,
    intendedAction,
    cause,
    statedCountry(claimedCountry),
    degraded,
    travel && [travel.isHeld, travel.verdict.status, decisiveTravel(event)],
  ];
  return { key: JSON.stringify(said), address, signals };
}

/** Where travel gave points, its sentence says all that they were given for. */
function decisiveTravel({ decision }: WaitingDecision['event']): unknown {
  const { travel } = decision;
  if (travel === undefined) return undefined;
  const { verdict, relief } = travel;
  const isTold = verdict.status === 'impossible' || verdict.isCountryChanged === true;
  return isTold
    ? [verdict.isCountryChanged, verdict.distanceKm, verdict.elapsedSeconds, verdict.from?.country, relief]
    : undefined;
}

/** As {@link entryParts}, of decisions that are only counted. */
export function summaryKey({ event }: WaitingDecision): string {
  const { decision, route } = event;
  const { policy, action, intendedAction, cause } = decision;
  return JSON.stringify(['summary', route, policy.digest, action, intendedAction, cause]);
}

/** Works out what rows say of whom, and what of it may be kept. */
export class RowContents {
  constructor(
    private readonly pseudonyms: Pseudonyms,
    private readonly keepsAddresses: boolean,
  ) {}

  /** @throws StorageError where the month's salt cannot be had. */
  async of(entry: WaitingDecision, { address, signals }: EntryParts): Promise<RowContent> {
    const pseudonyms = address && (await this.pseudonyms.of(address, entry.minute));
    return rowContent(entry, {
      level: bandOf(entry.event.decision, entry.event.policy),
      ip: this.keepsAddresses ? address?.text : undefined,
      pseudonyms,
      signalsDigest: signals?.digest,
      isSummary: false,
    });
  }

  ofSummary(tally: WaitingDecision): RowContent {
    return rowContent(tally, {
      level: undefined,
      ip: undefined,
      pseudonyms: undefined,
      signalsDigest: undefined,
      isSummary: true,
    });
  }
}
