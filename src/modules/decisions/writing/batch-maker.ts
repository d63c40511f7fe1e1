import { StorageError } from '../../../common/errors/ip-risk.error.js';
import type { AlertTrigger } from '../../alerting/alert.js';
import type { AlertSettings } from '../../alerting/alert-settings.js';
import { OwedAlerts } from '../../alerting/outbox/owed-alerts.js';
import type { Pseudonyms } from '../../geo-velocity/privacy/pseudonyms.js';
import type { IpRiskPolicy } from '../../policy/ip-risk-policy.js';
import type { Interned } from '../signals/encoded-signals.js';
import { storableJson } from '../signals/storable-json.js';
import {
  encodedRow,
  encodeInterned,
  NOTHING_TO_AMEND,
  type Amendments,
  type BatchRow,
  type DecisionBatch,
  type EncodedRow,
  type SettledLogin,
} from './decision-batch.js';
import { onlyCounted, type SummarisedDecisions } from './decision-summaries.js';
import type { KnownTexts } from './known-texts.js';
import { owedTriggers, settledLogin, withTrustNetwork } from './owed-triggers.js';
import { entryParts, RowContents, summaryKey } from './row-contents.js';
import { RowIds } from './row-ids.js';
import { turnOfOthers } from './turn-of-others.js';
import { giveUp, type WaitingDecision } from './waiting-decision.js';

/** Entries that are worked on before requests get their turn again: a tenth of a millisecond, some where much is to be said. */
const ENTRIES_AT_ONCE = 8;
/** Characters of a row and of signals; a usual one has some hundreds. */
const LONGEST_JSON = 200_000;

export interface BatchMakerOptions {
  readonly pseudonyms: Pseudonyms;
  readonly keepsAddresses: boolean;
  /** @default no alerts are raised */
  readonly alerts: AlertSettings | undefined;
  readonly known: KnownTexts;
}

/** What was taken out of memory, to be written together. */
export interface TakenDecisions {
  readonly entries: readonly WaitingDecision[];
  readonly summaries: readonly SummarisedDecisions[];
}

interface Draft {
  readonly rows: Map<string, BatchRow>;
  readonly signals: Map<string, Interned>;
  readonly policies: Map<string, Interned>;
  readonly owed: OwedAlerts | undefined;
  readonly settled: SettledLogin[];
}

/** Makes a batch out of what waits: what says the same becomes one row, with all that is known of it. */
export class BatchMaker {
  private readonly pseudonyms: Pseudonyms;
  private readonly alerts: AlertSettings | undefined;
  private readonly known: KnownTexts;
  private readonly contents: RowContents;
  private readonly ids = new RowIds();
  private readonly policyTexts = new WeakMap<IpRiskPolicy, string>();

  constructor({ pseudonyms, keepsAddresses, alerts, known }: BatchMakerOptions) {
    this.pseudonyms = pseudonyms;
    this.alerts = alerts;
    this.known = known;
    this.contents = new RowContents(pseudonyms, keepsAddresses);
  }

  /** @throws StorageError where the salt of the pseudonyms cannot be had. */
  async make(
    { entries, summaries }: TakenDecisions,
    now: number,
    amendments: Amendments = NOTHING_TO_AMEND,
  ): Promise<DecisionBatch> {
    const draft: Draft = {
      rows: new Map(),
      signals: new Map(),
      policies: new Map(),
      owed: this.alerts && new OwedAlerts(this.alerts),
      settled: [],
    };
    await inTurns(entries, (entry) =>
      this.addEntry(draft, entry).catch((error: unknown) => {
        if (error instanceof StorageError) throw error;
        // What somebody else's objects hold may be no JSON; it may not keep all others from being written.
        giveUp(entry);
        this.addSummary(draft, onlyCounted(entry, this.alerts));
      }),
    );
    await inTurns(summaries, (summary) => {
      this.addSummary(draft, summary);
    });
    return this.encoded(draft, now, amendments);
  }

  private async encoded(draft: Draft, now: number, amendments: Amendments): Promise<DecisionBatch> {
    const rows: EncodedRow[] = [];
    await inTurns(draft.rows.values(), (row) => {
      rows.push(encodedRow(row));
    });
    const isKnown = ({ digest }: Interned): boolean => this.known.has(digest, now);
    const signals = [...draft.signals.values()];
    const policies = [...draft.policies.values()];
    const sent = {
      signals: once([...amendments.signals, ...signals.filter((text) => !isKnown(text))]),
      policies: once([...amendments.policies, ...policies.filter((text) => !isKnown(text))]),
    };
    return {
      rows,
      sent,
      known: { signals: signals.filter(isKnown), policies: policies.filter(isKnown) },
      json: {
        rows: `[${rows.map(({ json }) => json).join(',')}]`,
        signals: encodeInterned(sent.signals),
        policies: encodeInterned(sent.policies),
        triggers: draft.owed?.toJson() ?? '[]',
        settled: storableJson(draft.settled),
        unconfirmed: JSON.stringify(amendments.unconfirmed),
      },
    };
  }

  private async addEntry(draft: Draft, entry: WaitingDecision): Promise<void> {
    const parts = entryParts(entry);
    const id = this.ids.of(parts.key, entry.minute);
    const known = draft.rows.get(id);
    const content = known?.content ?? storableJson(await this.contents.of(entry, parts));
    const policy = this.policyOf(entry);
    const settled = this.alerts && settledLogin(entry);
    if (Math.max(content.length, parts.signals?.body.length ?? 0) > LONGEST_JSON)
      throw new RangeError('A row is too long.');
    if (this.alerts !== undefined) draft.owed?.add(await this.triggersOf(entry, id, this.alerts));
    // Nothing of an entry is in the draft before all of it is known to be sound.
    if (known === undefined) draft.rows.set(id, { id, content, entries: [entry] });
    else known.entries.push(entry);
    if (parts.signals !== undefined) draft.signals.set(parts.signals.digest, parts.signals);
    draft.policies.set(policy.digest, policy);
    if (settled !== undefined) draft.settled.push(settled);
  }

  private async triggersOf(
    entry: WaitingDecision,
    id: string,
    alerts: AlertSettings,
  ): Promise<readonly AlertTrigger[]> {
    const triggers = owedTriggers(entry, id, alerts);
    return triggers.length === 0 ? NONE : withTrustNetwork(triggers, entry, this.pseudonyms);
  }

  private addSummary(draft: Draft, { tally, triggers }: SummarisedDecisions): void {
    const id = this.ids.of(summaryKey(tally), tally.minute);
    const known = draft.rows.get(id);
    const content = known?.content ?? storableJson(this.contents.ofSummary(tally));
    const policy = this.policyOf(tally);
    draft.owed?.add(
      [...triggers.values()].map((trigger) => ({ ...trigger, facts: { ...trigger.facts, decisionId: id } })),
    );
    if (known === undefined) draft.rows.set(id, { id, content, entries: [tally] });
    else known.entries.push(tally);
    draft.policies.set(policy.digest, policy);
  }

  private policyOf({ event }: WaitingDecision): Interned {
    const { digest } = event.decision.policy;
    const body = this.policyTexts.get(event.policy) ?? storableJson(event.policy);
    this.policyTexts.set(event.policy, body);
    return { digest, body };
  }
}

const NONE: readonly never[] = [];

/** Has requests get their turn in between. */
async function inTurns<T>(all: Iterable<T>, work: (each: T) => Promise<void> | void): Promise<void> {
  let index = 0;
  for (const each of all) {
    if (index % ENTRIES_AT_ONCE === 0) await turnOfOthers();
    index += 1;
    await work(each);
  }
}

/** A text may be named by what is amended, too; one statement writes a row once. */
function once(texts: readonly Interned[]): Interned[] {
  return [...new Map(texts.map((text) => [text.digest, text])).values()];
}
