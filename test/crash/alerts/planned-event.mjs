// The login that belongs to a number: each user logs in twice, and of ten users one does so on two continents.
const HOME = '90.45.10.10';
const FAR_AWAY = '126.10.10.10';
const USERS_PER_TRAVELLER = 10;
const STEP_MS = 10;
const BACK_MS = 2 * 3_600_000;
const LATER_MS = 60_000;

/** @param base milliseconds since 1970: the start of the run. */
export function plannedEvent(number, base) {
  const user = number >> 1;
  const isSecond = number % 2 === 1;
  const isTraveller = user % USERS_PER_TRAVELLER === 0;
  return {
    eventId: `event-${number}`,
    userId: `user-${user}`,
    ip: isSecond && isTraveller ? FAR_AWAY : HOME,
    ts: base - BACK_MS + user * STEP_MS + (isSecond ? LATER_MS : 0),
    isTraveller,
  };
}
