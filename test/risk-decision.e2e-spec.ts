import {
  Catch,
  Controller,
  ForbiddenException,
  Get,
  Next,
  Req,
  Scope,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import {
  DecisionCounters,
  IpRisk,
  IpRiskException,
  RiskDecision,
  RiskEvents,
  type DecisionEvent,
  type GuardedRequest,
} from 'nestjs-ip-risk';
import { ADAPTERS, controllerOf, GuardedApp } from './support/guarded-app.js';
import { CLIENTS } from './support/stub-provider.js';

let told = 0;

@Controller('decisions')
@IpRisk({ failClosed: true, onDecision: () => (told += 1) })
class DecisionController {
  @Get('param')
  param(@RiskDecision() risk: RiskDecision, @Req() request: GuardedRequest): object {
    return { action: risk.action, score: risk.score, isSame: risk === request.ipRisk };
  }

  @Get('twice')
  @IpRisk({ thresholds: { block: 60 }, subject: () => 'user-42' })
  twice(@RiskDecision() risk: RiskDecision): RiskDecision {
    return risk;
  }
}

@Controller('bare')
class BareController {
  @Get('param')
  param(@RiskDecision() risk: RiskDecision): RiskDecision {
    return risk;
  }

  @Get('forbidden')
  forbidden(): never {
    throw new ForbiddenException({ error: 'IP_RISK_DENIED', message: 'The request was blocked.' });
  }
}

@Controller({ path: 'scoped', scope: Scope.REQUEST })
@IpRisk()
class ScopedController {
  @Get()
  answer(): string {
    return 'ran';
  }
}

@Controller('chain')
class FirstOfChain {
  @Get()
  @IpRisk({ mode: 'dry-run' })
  first(@Next() next: () => void): void {
    next();
  }
}

@Controller('chain')
class SecondOfChain {
  @Get()
  @IpRisk({ policy: 'payment' })
  second(@RiskDecision() risk: RiskDecision): string {
    return risk.policy.name;
  }
}

describe.each(ADAPTERS)('the decision on a request on %s', (_name, adapter) => {
  let guarded: GuardedApp;
  const events: DecisionEvent[] = [];

  beforeAll(async () => {
    const controllers = [DecisionController, BareController, ScopedController, controllerOf('shop', { pay: {} })];
    guarded = await GuardedApp.start({ adapter, controllers });
    guarded.app.get(RiskEvents).subscribe((event) => events.push(event));
  });

  beforeEach(() => {
    events.length = 0;
    told = 0;
  });

  afterAll(() => guarded.close());

  it('is handed to the handler, the same that is on the request', async () => {
    const { json } = await guarded.http.from(CLIENTS.server, '/decisions/param');
    expect(json).toEqual({ action: 'monitor', score: 30, isSame: true });
  });

  it('is made once, under the merged options, where class and method are both decorated', async () => {
    const { json } = await guarded.http.from(CLIENTS.tor, '/decisions/twice');
    expect(json).toMatchObject({ action: 'challenge', subject: 'user-42' });
    expect(told).toBe(1);
    expect(events.map(({ route, decision }) => [route, decision.action])).toEqual([
      ['DecisionController.twice', 'challenge'],
    ]);
    expect((await guarded.http.from(CLIENTS.unanswered, '/decisions/twice')).status).toBe(503);
    expect((await guarded.http.from(CLIENTS.worst, '/decisions/twice')).status).toBe(403);
    expect([told, events.length]).toEqual([3, 3]);
  });

  it('asks the provider once for each new client', async () => {
    guarded.stub.asked.length = 0;
    await guarded.http.from('9.9.8.1', '/decisions/twice');
    await guarded.http.from('9.9.8.2', '/decisions/param');
    await guarded.http.from('9.9.8.1', '/decisions/param');
    expect(guarded.stub.asked).toEqual(['9.9.8.1', '9.9.8.2']);
  });

  it('is counted', async () => {
    const { actions, ...before } = guarded.app.get(DecisionCounters).snapshot();
    await guarded.http.from(CLIENTS.unanswered, '/shop/pay');
    await guarded.http.from(CLIENTS.unanswered, '/decisions/param');
    await guarded.http.from(CLIENTS.worst, '/shop/pay');
    expect(guarded.app.get(DecisionCounters).snapshot()).toEqual({
      actions: { ...actions, allow: actions.allow + 1, block: actions.block + 2 },
      failedOpen: before.failedOpen + 1,
      failedClosed: before.failedClosed + 1,
    });
  });

  it('is made for a controller that is made anew for each request', async () => {
    expect((await guarded.http.from(CLIENTS.worst, '/scoped')).status).toBe(403);
    expect((await guarded.http.from(CLIENTS.clean, '/scoped')).text).toBe('ran');
  });

  it('fails a handler that takes one and has none, and says nothing about itself to the caller', async () => {
    const answer = await guarded.http.from(CLIENTS.clean, '/bare/param');
    expect(answer.status).toBe(500);
    expect(answer.json).toEqual({ statusCode: 500, message: 'Internal server error' });
  });

  it('shows a blocked caller nothing that any other 403 would not', async () => {
    const blocked = await guarded.http.from(CLIENTS.worst, '/shop/pay');
    const other = await guarded.http.from(CLIENTS.worst, '/bare/forbidden');
    const { date, ...headers } = blocked.headers;
    const { date: otherDate, ...otherHeaders } = other.headers;
    expect([typeof date, typeof otherDate]).toEqual(['string', 'string']);
    expect([blocked.status, blocked.text, headers]).toEqual([other.status, other.text, otherHeaders]);
    const seen = `${blocked.text} ${JSON.stringify(headers)}`.toLowerCase();
    expect(seen).toContain('ip_risk_denied');
    for (const secret of ['stub', 'tor', 'blocklist', 'score', '100', 'login', 'policy', 'reason', '9.9.9']) {
      expect(seen).not.toContain(secret);
    }
  });

  it('is made by the guard, whatever was on the request before', async () => {
    const own = await GuardedApp.start({
      adapter,
      controllers: [controllerOf('shop', { pay: {} })],
      configure: (app) =>
        app.useGlobalGuards({
          canActivate: (context) => {
            context.switchToHttp().getRequest<{ ipRisk: unknown }>().ipRisk = { score: 0, failedOpen: true };
            return true;
          },
        }),
    });
    const answer = await own.http.from(CLIENTS.worst, '/shop/pay');
    await own.close();
    expect(answer.status).toBe(403);
  });

  it('is on the exception, for the filters of the app', async () => {
    @Catch(IpRiskException)
    class DecisionFilter implements ExceptionFilter<IpRiskException> {
      catch({ decision }: IpRiskException, host: ArgumentsHost): void {
        const { httpAdapter } = filtered.app.get(HttpAdapterHost);
        httpAdapter.reply(host.switchToHttp().getResponse(), { score: decision.score }, 418);
      }
    }
    const filtered = await GuardedApp.start({
      adapter,
      controllers: [controllerOf('shop', { pay: {} })],
      configure: (app) => app.useGlobalFilters(new DecisionFilter()),
    });
    const { status, json } = await filtered.http.from(CLIENTS.worst, '/shop/pay');
    await filtered.close();
    expect([status, json]).toEqual([418, { score: 100 }]);
  });
});

describe('a request that one guarded handler passes on to the next', () => {
  it('is decided by the policy of each', async () => {
    const guarded = await GuardedApp.start({ controllers: [FirstOfChain, SecondOfChain] });
    const statuses = [];
    for (const client of [CLIENTS.worst, CLIENTS.unanswered]) {
      statuses.push((await guarded.http.from(client, '/chain')).status);
    }
    const clean = await guarded.http.from(CLIENTS.clean, '/chain');
    await guarded.close();
    expect(statuses).toEqual([403, 503]);
    expect(clean.text).toBe('payment');
  });
});
