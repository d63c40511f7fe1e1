import {
  ConflictException,
  Controller,
  Get,
  Header,
  HttpCode,
  Inject,
  NotFoundException,
  Optional,
  Param,
  Post,
  Query,
  UseGuards,
} from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { Alert } from '../../alerting/alert.js';
import { ChannelHealth } from '../../alerting/channel-health.js';
import { AlertDeliveries } from '../../alerting/outbox/alert-deliveries.js';
import { ApiKeyGuard } from '../api-key.guard.js';
import { ApiThrottlerGuard } from '../api-throttler.guard.js';
import { WITHOUT_BODY } from '../bodyless-route.js';
import { writePageCursor } from '../page-cursor.js';
import { readQuery, type QueryText } from '../query-parameters.js';
import { ALERTS_PARAMETERS } from './alert-parameters.js';
import { toAlertSummary } from './alert-summary.response.js';
import { toAlertResponse } from './alert.response.js';

/** For the team: what alerts there are, what became of them, and sending dead ones again. */
@Controller('v1/alerts')
@UseGuards(ApiKeyGuard, ApiThrottlerGuard)
export class AlertsController {
  constructor(
    private readonly deliveries: AlertDeliveries,
    @Optional() @Inject(ChannelHealth) private readonly channel: ChannelHealth | undefined,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  async list(@Query() query: QueryText): Promise<Record<string, unknown>> {
    const { user_id: user, cursor: before, ...filter } = readQuery(query, ALERTS_PARAMETERS);
    const { alerts, next } = await this.deliveries.list({ ...filter, user, before });
    return { alerts: alerts.map(toAlertResponse), next_cursor: writePageCursor(next) };
  }

  @Get('summary')
  @Header('cache-control', 'no-store')
  async summary(@Query() query: QueryText): Promise<Record<string, unknown>> {
    readQuery(query, {});
    return toAlertSummary(await this.deliveries.tally(), this.channel?.report());
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  async one(@Param('id') id: string, @Query() query: QueryText): Promise<Record<string, unknown>> {
    readQuery(query, {});
    return toAlertResponse(await this.found(id));
  }

  /** Every dead alert is tried again, for another 24 hours. */
  @Post('replay')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @RouteConfig(WITHOUT_BODY)
  async replayDead(): Promise<{ readonly replayed: number }> {
    return { replayed: await this.deliveries.replayDead() };
  }

  @Post(':id/replay')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @RouteConfig(WITHOUT_BODY)
  async replay(@Param('id') id: string): Promise<{ readonly replayed: 1 }> {
    if (await this.deliveries.replay(id)) return { replayed: 1 };
    const { state } = await this.found(id);
    const message = `Only a dead alert can be sent again; this one is ${state}.`;
    throw new ConflictException({ error: 'ALERT_NOT_DEAD', message });
  }

  private async found(id: string): Promise<Alert> {
    const alert = await this.deliveries.find(id);
    if (alert !== undefined) return alert;
    const message = 'There is no alert with this id; it may be deleted since.';
    throw new NotFoundException({ error: 'Not Found', message });
  }
}
