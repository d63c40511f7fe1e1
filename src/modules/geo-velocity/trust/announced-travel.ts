import { InvalidLoginError } from '../../../common/errors/ip-risk.error.js';

const MOST_AHEAD_MS = 366 * 86_400_000;

/** A trip that a user announced. */
export interface AnnouncedTravel {
  readonly id: string;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string;
  /** Milliseconds since 1970, as `until`; `from` belongs to the trip and `until` does not. */
  readonly from: number;
  readonly until: number;
}

export interface TravelPlan {
  readonly country: string;
  /** @default now */
  readonly from?: number | undefined;
  /** At most 366 days from now. */
  readonly until: number;
}

/** @throws InvalidLoginError saying what is wrong with it. */
export function acceptedPlan({ country, from, until }: TravelPlan, now: number): Omit<AnnouncedTravel, 'id'> {
  if (!/^[A-Z]{2}$/.test(country)) {
    throw new InvalidLoginError('The country of announced travel is two upper-case letters, such as JP.');
  }
  const [first, last] = [Math.trunc(from ?? now), Math.trunc(until)];
  if (!(last > now && last <= now + MOST_AHEAD_MS)) {
    throw new InvalidLoginError('Announced travel ends in the future, and at most 366 days from now.');
  }
  if (!(first < last && first >= now - MOST_AHEAD_MS)) {
    throw new InvalidLoginError('Announced travel begins before it ends, and at most 366 days ago.');
  }
  return { country, from: first, until: last };
}
