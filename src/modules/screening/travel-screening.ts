import type { Clock } from '../../common/clock/clock.js';
import { InvalidLoginError, StorageError } from '../../common/errors/ip-risk.error.js';
import { effectiveAddress } from '../../common/ip/embedded-ipv4.js';
import type { IpAddress } from '../../common/ip/ip-address.js';
import type { RiskAssessment } from '../assessment/risk-assessment.js';
import type { GeoVelocityService } from '../geo-velocity/geo-velocity.service.js';
import type { LoginEvent, LoginReport, TravelReport } from '../geo-velocity/geo-velocity.js';
import { isNobody, isUserId } from '../geo-velocity/logins/user-id.js';
import type { ScreenedRequest } from './screened-request.js';
import type { TravelFailureLog } from './travel-failure-log.js';
import { loginPlaceOf } from '../geo-velocity/travel/login-place.js';

/** What is asked of the user's history at a request. */
export interface TravelQuestion {
  readonly userId: string;
  /** `record` adds the login to the history in the same round trip. */
  readonly mode: 'check' | 'record';
  /** Milliseconds since 1970. @default now */
  readonly ts?: number | undefined;
  readonly eventId?: string | undefined;
  /** Milliseconds that the answer may take. */
  readonly withinMs: number;
}

/** Asks what a user's logins say of this one, for as long as a request may wait. */
export class TravelScreening {
  constructor(
    private readonly geoVelocity: Pick<GeoVelocityService, 'check' | 'record'>,
    private readonly clock: Clock,
    private readonly failures: TravelFailureLog,
  ) {}

  /** Whether there is a user to ask about. Whoever is called `anonymous` is everybody. */
  isAbout(subject: string | undefined): subject is string {
    return subject !== undefined && isUserId(subject);
  }

  /** Whether there is a user, and nobody can say which. */
  isAboutUnknown({ subject, isSubjectUnreadable = false }: ScreenedRequest): boolean {
    return isSubjectUnreadable || (subject !== undefined && !isUserId(subject) && !isNobody(subject));
  }

  /**
   * `unavailable` where the database fails or takes too long. A login that takes too long may be recorded all the same.
   *
   * @throws InvalidLoginError for a time or an event id that cannot be taken.
   */
  async ask(
    address: IpAddress,
    assessment: RiskAssessment,
    { withinMs, ...question }: TravelQuestion,
  ): Promise<TravelReport | LoginReport | 'unavailable'> {
    const login = loginOf(address, assessment, question);
    const asked = question.mode === 'record' ? this.geoVelocity.record(login) : this.geoVelocity.check(login);
    let cancel: () => void = () => undefined;
    const tooLate = new Promise<'unavailable'>((resolve) => {
      cancel = this.clock.after(withinMs, () => {
        resolve('unavailable');
      });
    });
    try {
      const answer = await Promise.race([asked, tooLate]);
      if (answer === 'unavailable') this.failures.record(`the database took longer than ${Math.round(withinMs)} ms.`);
      return answer;
    } catch (error) {
      if (error instanceof InvalidLoginError) throw error;
      // Other errors may say more than a log should hold.
      this.failures.record(error instanceof StorageError ? error.message : 'an unexpected failure.');
      return 'unavailable';
    } finally {
      cancel();
      // What comes after the deadline is nobody's any more.
      asked.catch(() => undefined);
    }
  }
}

function loginOf(
  address: IpAddress,
  assessment: RiskAssessment,
  { userId, ts, eventId }: Pick<TravelQuestion, 'userId' | 'ts' | 'eventId'>,
): LoginEvent {
  // The address inside NAT64, 6to4 and Teredo ones, as everywhere: theirs is the carrier's.
  const target = effectiveAddress(address);
  return { userId, address: target, place: loginPlaceOf(assessment, target), ts, eventId };
}
