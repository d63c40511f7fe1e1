import type { LoginReport, TravelReport } from '../geo-velocity.js';

export interface LoginCounts {
  /** Logins that were recorded; one reported again counts once. */
  readonly logins: number;
  /** Findings that recorded logins made. */
  readonly impossibleTravel: number;
  /** Findings that a login which came late undid. */
  readonly withdrawn: number;
}

/** What is looked at of a decision. */
interface DecidedTravel {
  readonly decision: { readonly travel: TravelReport | LoginReport | undefined };
}

/** Counts logins that this process recorded, and what they told, since its start. */
export class LoginCounters {
  private logins = 0;
  private impossibleTravel = 0;
  private withdrawn = 0;

  /** Counts the login that a decision recorded; a mere check counts none. */
  readonly countDecided = ({ decision: { travel } }: DecidedTravel): void => {
    if (travel !== undefined && 'login' in travel) this.count(travel);
  };

  /** Counts a login that was recorded without a decision, or after it. */
  readonly count = ({ isDuplicate, found, withdrawn }: LoginReport): void => {
    if (isDuplicate) return;
    this.logins += 1;
    this.impossibleTravel += found.length;
    this.withdrawn += withdrawn.length;
  };

  snapshot(): LoginCounts {
    return { logins: this.logins, impossibleTravel: this.impossibleTravel, withdrawn: this.withdrawn };
  }
}
