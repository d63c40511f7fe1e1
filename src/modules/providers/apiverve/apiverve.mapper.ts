import { countryCodeIn, fieldOf, flagIn, numberIn, textIn, type JsonRecord } from '../../../common/json/json-fields.js';
import { NO_FACTS, type Facts, type IpIntelligence, type IpLocation } from '../ip-intelligence.js';
import { statement } from '../statement.js';
import { detailsIn, ENDPOINTS, type EndpointData } from './apiverve.response.js';
import { apiverveScore, type ApiverveSignals } from './apiverve.scorecard.js';

/** No two points on earth are farther apart, in kilometres. */
const HALF_CIRCUMFERENCE_KM = 20_038;

/** The answers of the endpoints as one; what an endpoint that did not answer would have said is unknown. */
export function apiverveIntelligence(providerId: string, data: EndpointData): IpIntelligence {
  const signals = signalsIn(data);
  const isPartial = ENDPOINTS.some((endpoint) => data[endpoint] === undefined);
  return {
    providerId,
    facts: factsOf(signals, data),
    location: locationIn(data),
    network: undefined,
    score: apiverveScore(signals),
    ...(isPartial ? { isPartial } : {}),
  };
}

/** Fields of a plan that one does not have are null, which is not "no". */
function signalsIn({ vpndetector, tordetect, ipblacklistlookup }: EndpointData): ApiverveSignals {
  return {
    isVpn: flagIn(vpndetector, 'isvpn'),
    isDatacenter: flagIn(vpndetector, 'isdatacenter'),
    riskLevel: textIn(vpndetector, 'risklevel'),
    isTor: flagIn(tordetect, 'istor'),
    isBlacklisted: flagIn(ipblacklistlookup, 'isipblacklisted'),
  };
}

function factsOf(signals: ApiverveSignals, { ipblacklistlookup }: EndpointData): Facts {
  const risk = signals.riskLevel === undefined ? '' : `, risk level ${signals.riskLevel}`;
  const threatLevel = textIn(ipblacklistlookup, 'threatlevel');
  const threat = threatLevel === undefined ? '' : `, threat level ${threatLevel}`;
  return {
    ...NO_FACTS,
    isAnonymousVpn: statement(signals.isVpn, `vpndetector${risk}`),
    isHostingProvider: statement(signals.isDatacenter, `vpndetector${risk}`),
    isTorExitNode: statement(signals.isTor, 'tordetect'),
    isBlocklisted: statement(signals.isBlacklisted, `ipblacklistlookup${threat}`),
  };
}

/** One endpoint's whole location, not pieces of several: a city in the wrong country would be worse than none. */
function locationIn(data: EndpointData): IpLocation | undefined {
  const { iplookup, ipblacklistlookup, tordetect, vpndetector } = data;
  const places = [iplookup, ...[iplookup, ipblacklistlookup, tordetect, vpndetector].map(detailsIn)];
  for (const place of places) {
    const location = locationOf(place);
    if (Object.values(location).some((value) => value !== undefined)) return location;
  }
  return undefined;
}

function locationOf(place: JsonRecord | undefined): IpLocation {
  const [latitude, longitude] = pointIn(place);
  return {
    countryCode: countryCodeIn(place, 'country'),
    region: textIn(place, 'regionname') ?? textIn(place, 'region'),
    city: textIn(place, 'city'),
    postalCode: textIn(place, 'postalcode'),
    latitude,
    longitude,
    accuracyRadiusKm: numberIn(place, 'accuracyradius', 0, HALF_CIRCUMFERENCE_KM),
    timeZone: textIn(place, 'timezone'),
  };
}

/** Latitude and longitude, both or neither. */
function pointIn(place: JsonRecord | undefined): readonly [number, number] | readonly [undefined, undefined] {
  const coordinates = fieldOf(place, 'coordinates');
  const [first, second] = Array.isArray(coordinates) ? (coordinates as readonly unknown[]) : [];
  const latitude = numberIn({ first }, 'first', -90, 90);
  const longitude = numberIn({ second }, 'second', -180, 180);
  return latitude === undefined || longitude === undefined ? [undefined, undefined] : [latitude, longitude];
}
