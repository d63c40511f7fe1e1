import { StorageError } from '../../../common/errors/ip-risk.error.js';
import type { AlertTrigger } from '../../alerting/alert.js';
import type { AlertSettings } from '../../alerting/alert-settings.js';
import type { Pseudonyms } from '../../geo-velocity/privacy/pseudonyms.js';
import type { IpRiskPolicy } from '../../policy/ip-risk-policy.js';
import type { Interned } from '../signals/encoded-signals.js';
import { storableJson } from '../signals/storable-json.js';
import type { BatchRow, DecisionBatch, SettledLogin } from './decision-batch.js';
import { anonymous, type SummarisedDecisions } from './decision-summaries.js';
import type { KnownTexts } from './known-texts.js';
import { owedTriggers, settledLogin, withTrustNetwork } from './owed-triggers.js';
import { entryParts, RowContents, summaryKey } from './row-contents.js';
import { RowIds } from './row-ids.js';
import { turnOfOthers } from './turn-of-others.js';
import type { WaitingDecision } from './waiting-decision.js';

/** Entries that are worked on before requests get their turn again: half a millisecond. */
const ENTRIES_AT_ONCE = 32;

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
  readonly triggers: AlertTrigger[];
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
  async make({ entries, summaries }: TakenDecisions, now: number): Promise<DecisionBatch> {
    const draft: Draft = {
      rows: new Map(),
      signals: new Map(),
      policies: new Map(),
      triggers: [],
      settled: [],
    };
    for (const [index, entry] of entries.entries()) {
      if (index % ENTRIES_AT_ONCE === 0) await turnOfOthers();
      await this.addEntry(draft, entry, now).catch((error: unknown) => {
        if (error instanceof StorageError) throw error;
        // What somebody else's objects hold may be no JSON; it may not keep all others from being written.
        this.addSummary(draft, { tally: anonymous(entry), triggers: new Map() }, now);
      });
    }
    for (const summary of summaries) this.addSummary(draft, summary, now);
    return {
      rows: [...draft.rows.values()],
      signals: [...draft.signals.values()],
      policies: [...draft.policies.values()],
      triggers: draft.triggers,
      settled: draft.settled,
    };
  }

  private async addEntry(draft: Draft, entry: WaitingDecision, now: number): Promise<void> {
    const parts = entryParts(entry);
    const id = this.ids.of(parts.key, entry.minute);
    const known = draft.rows.get(id);
    const content = known?.content ?? storableJson(await this.contents.of(entry, parts));
    const triggers = this.alerts === undefined ? NONE : await this.triggersOf(entry, id, this.alerts);
    // Nothing of an entry is in the draft before all of it is known to be sound.
    if (known === undefined) draft.rows.set(id, { id, content, entries: [entry] });
    else known.entries.push(entry);
    if (parts.signals !== undefined) this.intern(draft.signals, parts.signals, now);
    this.internPolicy(draft, entry, now);
    draft.triggers.push(...triggers);
    const settled = this.alerts && settledLogin(entry);
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

  private addSummary(draft: Draft, { tally, triggers }: SummarisedDecisions, now: number): void {
    const id = this.ids.of(summaryKey(tally), tally.minute);
    const known = draft.rows.get(id);
    if (known === undefined)
      draft.rows.set(id, { id, content: storableJson(this.contents.ofSummary(tally)), entries: [tally] });
    else known.entries.push(tally);
    this.internPolicy(draft, tally, now);
    for (const trigger of triggers.values()) {
      draft.triggers.push({ ...trigger, facts: { ...trigger.facts, decisionId: id } });
    }
  }

  private internPolicy(draft: Draft, { event }: WaitingDecision, now: number): void {
    const { digest } = event.decision.policy;
    if (draft.policies.has(digest) || this.known.has(digest, now)) return;
    const body = this.policyTexts.get(event.policy) ?? storableJson(event.policy);
    this.policyTexts.set(event.policy, body);
    draft.policies.set(digest, { digest, body });
  }

  private intern(texts: Map<string, Interned>, text: Interned, now: number): void {
    if (!this.known.has(text.digest, now)) texts.set(text.digest, text);
  }
}

const NONE: readonly never[] = [];
