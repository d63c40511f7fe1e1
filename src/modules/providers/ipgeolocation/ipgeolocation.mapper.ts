import { dayIn, flagIn, numberIn, textIn, textsIn, type JsonRecord } from '../../../common/json/json-fields.js';
import { NO_FACTS, type Fact, type Facts, type IpIntelligence } from '../ip-intelligence.js';
import { statement, type StatementDetails } from '../statement.js';
import { ipgeolocationScore } from './ipgeolocation.scorecard.js';

/** Beside "known attacker" the vendor gives "spam", which is the weaker sign of abuse at a login. */
const CONFIDENCE_OF_SPAM = 0.5;

/** One `security` object as intelligence. */
export function ipgeolocationIntelligence(providerId: string, security: JsonRecord): IpIntelligence {
  return {
    providerId,
    facts: factsOf(security),
    location: undefined,
    network: undefined,
    score: ipgeolocationScore(security),
  };
}

function factsOf(security: JsonRecord): Facts {
  const cloudProvider = textIn(security, 'cloud_provider_name');
  return {
    ...NO_FACTS,
    isTorExitNode: statement(flagIn(security, 'is_tor'), 'is_tor'),
    isAnonymousVpn: vpn(security),
    isPublicProxy: publicProxy(security),
    isResidentialProxy: residentialProxy(security),
    isRelay: statement(flagIn(security, 'is_relay'), relayEvidence(security)),
    isHostingProvider: statement(flagIn(security, 'is_cloud_provider'), named('is_cloud_provider', cloudProvider)),
    isAbusive: abusive(security),
    isBot: statement(flagIn(security, 'is_bot'), 'is_bot'),
  };
}

/** A relay is not a VPN: the flags that it raises on the way stay in its evidence and are not claimed. */
function vpn(security: JsonRecord): Fact | undefined {
  const isVpn = flagIn(security, 'is_vpn');
  if (isVpn === true && isRelay(security)) return undefined;
  return statement(isVpn, vpnEvidence(security), sightingOf(security, 'vpn'));
}

function publicProxy(security: JsonRecord): Fact | undefined {
  const isProxy = flagIn(security, 'is_proxy');
  if (flagIn(security, 'is_residential_proxy') === true) return undefined;
  if (isProxy === true && (isRelay(security) || isOnlyAnonymous(security))) return undefined;
  return statement(isProxy, proxyEvidence('is_proxy', security), sightingOf(security, 'proxy'));
}

function residentialProxy(security: JsonRecord): Fact | undefined {
  const isResidential = flagIn(security, 'is_residential_proxy');
  // The figures are those of `is_proxy` and mean something only beside it.
  const sighting = flagIn(security, 'is_proxy') === true ? sightingOf(security, 'proxy') : {};
  return statement(isResidential, proxyEvidence('is_residential_proxy', security), sighting);
}

/** `is_proxy` that names no proxy, beside a VPN or Tor, repeats these in a broader word. */
function isOnlyAnonymous(security: JsonRecord): boolean {
  const isExplained = flagIn(security, 'is_vpn') === true || flagIn(security, 'is_tor') === true;
  return isExplained && textsIn(security, 'proxy_provider_names') === undefined;
}

/** Attacker or spammer; "no" takes both answers. */
function abusive(security: JsonRecord): Fact | undefined {
  const isAttacker = flagIn(security, 'is_known_attacker');
  const isSpam = flagIn(security, 'is_spam');
  if (isAttacker === true) return statement(true, isSpam === true ? 'is_known_attacker, is_spam' : 'is_known_attacker');
  if (isSpam === true) return statement(true, 'is_spam', { confidence: CONFIDENCE_OF_SPAM });
  if (isAttacker === undefined || isSpam === undefined) return undefined;
  return statement(false, 'is_known_attacker, is_spam');
}

function isRelay(security: JsonRecord): boolean {
  return flagIn(security, 'is_relay') === true;
}

function relayEvidence(security: JsonRecord): string {
  const relay = named('is_relay', textIn(security, 'relay_provider_name'));
  if (!isRelay(security)) return relay;
  const alsoVpn = flagIn(security, 'is_vpn') === true ? [vpnEvidence(security)] : [];
  const alsoProxy = flagIn(security, 'is_proxy') === true ? [proxyEvidence('is_proxy', security)] : [];
  return [relay, ...alsoVpn, ...alsoProxy].join('; ');
}

function vpnEvidence(security: JsonRecord): string {
  return named('is_vpn', textsIn(security, 'vpn_provider_names'));
}

function proxyEvidence(flag: 'is_proxy' | 'is_residential_proxy', security: JsonRecord): string {
  return named(flag, textsIn(security, 'proxy_provider_names'));
}

function named(flag: string, names: string | undefined): string {
  return names === undefined ? flag : `${flag}: ${names}`;
}

function sightingOf(security: JsonRecord, kind: 'vpn' | 'proxy'): StatementDetails {
  const percent = numberIn(security, `${kind}_confidence_score`, 0, 100);
  return {
    confidence: percent === undefined ? undefined : percent / 100,
    lastSeen: dayIn(security, `${kind}_last_seen`),
  };
}
