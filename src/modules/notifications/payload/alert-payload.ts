/**
 * What a channel is given, and what templates are written for. Unknown is `null`. What goes to the user it is about holds
 * no score, level, reasons, route, policy or decision.
 */
export interface AlertPayload {
  readonly alert_id: string;
  readonly kind: string;
  readonly severity: string;
  /** One sentence. */
  readonly title: string;
  readonly ip: string | null;
  readonly score: number | null;
  readonly level: string | null;
  readonly reasons: readonly { readonly code: string; readonly points: number; readonly detail: string | null }[];
  readonly country: string | null;
  readonly city: string | null;
  readonly asn: number | null;
  readonly user: string | null;
  readonly route: string | null;
  readonly policy: string | null;
  readonly mode: string | null;
  readonly action: string | null;
  readonly provider: string | null;
  readonly detail: string | null;
  /** Where the decision can be read, with an API key. */
  readonly decision_url: string | null;
  /** ISO 8601. */
  readonly first_seen: string;
  readonly last_seen: string;
  /** Events that this alert tells of. */
  readonly count: number;
  /** Events that were kept back by the recipient's cap since the last alert. */
  readonly suppressed: number;
  /** "Was this you?": links for the user, each to be used once; `null` where they are not asked. */
  readonly yes_url: string | null;
  readonly no_url: string | null;
}
