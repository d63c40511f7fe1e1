/** One end of a trip. */
export interface TripEnd {
  readonly eventId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | undefined;
  readonly region: string | undefined;
  readonly city: string | undefined;
  /** Degrees, WGS 84. */
  readonly latitude: number;
  readonly longitude: number;
}

/** Two logins of one user, one after the other, further apart than anybody travels in that time. */
export interface ImpossibleTrip {
  readonly userId: string;
  readonly from: TripEnd;
  readonly to: TripEnd;
  /** Kilometres by the rule that was asked for. */
  readonly distanceKm: number;
  readonly elapsedSeconds: number;
  /** `null` where no time went by: infinitely fast. */
  readonly speedKmh: number | null;
}

export interface ImpossibleTrips {
  /** The latest first. */
  readonly trips: readonly ImpossibleTrip[];
  /** False where more matched than were asked for. */
  readonly isComplete: boolean;
}

export interface TripRow {
  readonly user_id: string;
  readonly from_event_id: string;
  readonly from_at: number;
  readonly from_country: string | null;
  readonly from_region: string | null;
  readonly from_city: string | null;
  readonly from_lat: number;
  readonly from_lon: number;
  readonly event_id: string;
  readonly at: number;
  readonly country: string | null;
  readonly region: string | null;
  readonly city: string | null;
  readonly lat: number;
  readonly lon: number;
  readonly km: number;
  readonly hours: number;
  readonly kmh: number | null;
}

export function toImpossibleTrip(row: TripRow): ImpossibleTrip {
  return {
    userId: row.user_id,
    from: {
      eventId: row.from_event_id,
      at: row.from_at,
      country: row.from_country ?? undefined,
      region: row.from_region ?? undefined,
      city: row.from_city ?? undefined,
      latitude: row.from_lat,
      longitude: row.from_lon,
    },
    to: {
      eventId: row.event_id,
      at: row.at,
      country: row.country ?? undefined,
      region: row.region ?? undefined,
      city: row.city ?? undefined,
      latitude: row.lat,
      longitude: row.lon,
    },
    distanceKm: row.km,
    elapsedSeconds: (row.at - row.from_at) / 1000,
    speedKmh: row.kmh,
  };
}
