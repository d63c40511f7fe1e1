/** A login through a network of servers. */
export interface HostingLogin {
  readonly userId: string;
  readonly eventId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly asn: number;
}

export interface HostingAsnCount {
  readonly asn: number;
  readonly logins: number;
  readonly users: number;
}

export interface HostingLogins {
  /** The latest first. */
  readonly logins: readonly HostingLogin[];
  /** The whole window, most logins first, also where `logins` is cut. */
  readonly byAsn: readonly HostingAsnCount[];
  readonly totalLogins: number;
  /** False where more matched than were asked for. */
  readonly isComplete: boolean;
}

export interface VisitedCountry {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly logins: number;
  /** Milliseconds since 1970. */
  readonly firstLogin: number;
  readonly lastLogin: number;
}

export interface Traveller {
  readonly userId: string;
  /** Also those of unknown country. */
  readonly totalLogins: number;
  /** In order of the first login from each. */
  readonly countries: readonly VisitedCountry[];
}

export interface Travellers {
  /** Most countries first, then most logins. */
  readonly travellers: readonly Traveller[];
  /** False where more users matched than were asked for. */
  readonly isComplete: boolean;
}
