import type { ErasedUser, GeoVelocityService } from '../../geo-velocity/geo-velocity.service.js';
import type { AlertDeliveries } from '../outbox/alert-deliveries.js';

/** Forgets a user everywhere: logins, trust and answers are deleted, decisions and alerts stay without the user. */
export class UserErasure {
  constructor(
    private readonly geoVelocity: Pick<GeoVelocityService, 'erase'>,
    private readonly alerts: Pick<AlertDeliveries, 'forgetUser'>,
  ) {}

  /**
   * May be repeated: what failed half-way is done the next time.
   *
   * @throws InvalidLoginError | StorageError
   */
  async erase(userId: string): Promise<ErasedUser & { readonly alerts: number }> {
    const erased = await this.geoVelocity.erase(userId);
    return { ...erased, alerts: await this.alerts.forgetUser(userId) };
  }
}
