import { existsSync } from 'node:fs';
import { Inject, Injectable, Logger, Optional, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock/clock.js';
import { StorageError } from '../../common/errors/ip-risk.error.js';
import { DecisionLog } from '../decisions/decision-log.js';
import { DATABASE, type Database } from '../storage/database.js';
import type { DatabaseLocation, IpRiskModuleOptions } from './ip-risk-options.js';
import { DAILY_UPKEEP, type DailyUpkeep } from './daily-upkeep.js';
import { IP_RISK_OPTIONS } from './ip-risk.module-definition.js';

/** Milliseconds that the start waits for a database: one that is away must not keep the application from starting. */
const START_WAITS_MS = 1000;
/** Milliseconds between two looks at whether the database is open and due for its daily upkeep. A look costs nothing. */
const LOOK_MS = 5000;
const DAY_MS = 86_400_000;

/** Milliseconds that decisions on their way to the database have at the end. */
const LAST_DECISIONS_MS = 2000;

/** Opens the database with the application, has it looked after every day, and closes it in the end. */
@Injectable()
export class DatabaseLifecycle implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Database');
  private upkeepAt: number | undefined;
  private cancelLook: () => void = () => undefined;
  private isEnded = false;

  constructor(
    @Inject(IP_RISK_OPTIONS) private readonly options: IpRiskModuleOptions,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DAILY_UPKEEP) private readonly daily: readonly DailyUpkeep[],
    @Optional() @Inject(DecisionLog) private readonly decisions?: Pick<DecisionLog, 'close'>,
  ) {}

  /** @throws StorageError for an embedded database that another process has, which stops the start. */
  async onModuleInit(): Promise<void> {
    const { database } = this.options;
    if (database === undefined) return;
    if (!isMadeLater(database)) await this.openWithin(START_WAITS_MS);
    this.lookAgain();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isEnded = true;
    this.cancelLook();
    // Requests have been answered by now, and their decisions wait to be written.
    await this.decisions?.close(LAST_DECISIONS_MS);
    await this.database.close();
  }

  private async openWithin(waitMs: number): Promise<void> {
    let cancel: () => void = () => undefined;
    const waited = new Promise<void>((resolve) => {
      cancel = this.clock.after(waitMs, resolve);
    });
    const opened = this.database.open().catch((error: unknown) => {
      // Away is for health to say and for the next login to try again; anything else does not end by itself.
      if (!(error instanceof StorageError) || error.code !== 'STORAGE_UNAVAILABLE') throw error;
    });
    try {
      await Promise.race([opened, waited]);
    } finally {
      cancel();
    }
    opened.catch((error: unknown) => {
      this.logger.error(`The database does not open: ${error instanceof Error ? error.message : 'not an Error'}`);
    });
  }

  private lookAgain(): void {
    if (this.isEnded) return;
    this.cancelLook = this.clock.after(LOOK_MS, () => {
      void this.upkeep().finally(() => {
        this.lookAgain();
      });
    });
  }

  /** Also when the clock was set back: upkeep once more does no harm, and none for years does. */
  private isDue(now: number): boolean {
    return this.upkeepAt === undefined || now < this.upkeepAt || now - this.upkeepAt >= DAY_MS;
  }

  private async upkeep(): Promise<void> {
    const now = this.clock.now();
    if (this.database.report().status !== 'up' || !this.isDue(now)) return;
    this.upkeepAt = now;
    for (const { failure, run } of this.daily) await this.attempt(failure, run);
  }

  private async attempt(failure: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // A stop cuts it short, which is no failure.
      if (this.isEnded) return;
      const message = error instanceof StorageError ? error.message : 'an unexpected failure.';
      this.logger.warn(`${failure}, which is tried again tomorrow: ${message}`);
    }
  }
}

function isMadeLater(database: DatabaseLocation): boolean {
  return 'directory' in database && database.isMadeWhenNeeded === true && !existsSync(database.directory);
}
