import type { AnnouncedTravel } from '../../geo-velocity/trust/announced-travel.js';
import { isoInstant } from '../instant.js';

/** A trip that a user announced, in snake_case JSON. */
export function toTravelPlanResponse({ id, country, from, until }: AnnouncedTravel): Record<string, unknown> {
  return { id, country, from: isoInstant(from), until: isoInstant(until) };
}
