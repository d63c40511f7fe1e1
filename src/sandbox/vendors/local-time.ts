import type { JsonObject } from '../field-selection.js';

/** The clock of a zone now, in ipstack's fields. */
export function localTime(timeZone: string): JsonObject {
  const now = new Date();
  const offset = offsetSeconds(timeZone, now);
  const local = new Date(now.getTime() + offset * 1000).toISOString().slice(0, 19);
  const winter = Math.min(...[0, 6].map((month) => offsetSeconds(timeZone, new Date(now.getFullYear(), month, 1))));
  return {
    current_time: `${local}${offsetText(offset)}`,
    gmt_offset: offset,
    code: zoneName(timeZone, now, 'short'),
    is_daylight_saving: offset !== winter,
  };
}

function offsetSeconds(timeZone: string, at: Date): number {
  const [, sign = '+', hours = '0', minutes = '0'] =
    /GMT([+-])(\d{2}):(\d{2})/.exec(zoneName(timeZone, at, 'longOffset')) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}

function zoneName(timeZone: string, at: Date, timeZoneName: 'short' | 'longOffset'): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName }).formatToParts(at);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

function offsetText(offset: number): string {
  const minutes = Math.abs(offset) / 60;
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${offset < 0 ? '-' : '+'}${hour ?? ''}:${minute ?? ''}`;
}
