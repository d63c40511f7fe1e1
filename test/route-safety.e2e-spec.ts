import { Controller, Get, type ExecutionContext, type Type } from '@nestjs/common';
import { IpRisk, IpRiskGuard, RiskEvents, type IpRiskRouteOptions } from 'nestjs-ip-risk';
import { ADAPTERS, controllerOf, GuardedApp } from './support/guarded-app.js';
import { CLIENTS } from './support/stub-provider.js';

@Controller('stacked')
class StackedController {
  @Get('inner')
  @IpRisk({ onChallenge: 'reject' })
  @IpRisk({ failClosed: true })
  inner(): string {
    return 'ran';
  }

  @Get('outer')
  @IpRisk({ failClosed: true })
  @IpRisk({ onChallenge: 'reject' })
  outer(): string {
    return 'ran';
  }
}

describe.each(ADAPTERS)('route safety on %s', (_name, adapter) => {
  it.each(['inner', 'outer'])('keeps failClosed of two stacked decorators when it is the %s one', async (name) => {
    const guarded = await GuardedApp.start({ adapter, controllers: [StackedController] });
    const { status } = await guarded.http.from(CLIENTS.unanswered, `/stacked/${name}`);
    await guarded.close();
    expect(status).toBe(503);
  });
});

describe('the start with options out of JavaScript', () => {
  it.each([
    [{ failClose: true }, /there is no option "failClose"; known are: policy, failClosed/],
    [{ failClosed: null }, /"failClosed" must be true or false/],
    [{ failClosed: 'true' }, /"failClosed" must be true or false/],
    [{ onUnavailable: 'deny' }, /"onUnavailable" must be one of: allow, challenge, hold, block/],
    [{ mode: 'enforce' }, /"mode" must be one of: live, dry-run/],
    [{ onChallenge: 'Reject' }, /"onChallenge" must be one of: annotate, reject/],
    [{ skipIf: true }, /"skipIf" must be a function/],
    [{ thresholds: 80 }, /"thresholds" must be an object/],
  ])('stops at %j with a sentence', async (options, sentence) => {
    const controller: Type = controllerOf('shop', { pay: options as unknown as IpRiskRouteOptions });
    await expect(GuardedApp.start({ controllers: [controller] })).rejects.toThrow(sentence);
  });
});

describe('a decision', () => {
  it('is not changed by a listener before it is enforced', async () => {
    const guarded = await GuardedApp.start({ controllers: [controllerOf('shop', { pay: {} })] });
    guarded.app.get(RiskEvents).subscribe(({ decision }) => {
      (decision as { action: string }).action = 'allow';
    });
    const { status } = await guarded.http.from(CLIENTS.worst, '/shop/pay');
    await guarded.close();
    expect(status).toBe(403);
  });

  it('is enforced again when somebody swallowed its exception', async () => {
    const guarded = await GuardedApp.start({
      controllers: [controllerOf('shop', { pay: {} })],
      configure: (app) => {
        const guard = app.get(IpRiskGuard);
        const lenient = async (context: ExecutionContext): Promise<boolean> => {
          try {
            return await guard.canActivate(context);
          } catch {
            return true;
          }
        };
        app.useGlobalGuards({ canActivate: lenient });
      },
    });
    const { status } = await guarded.http.from(CLIENTS.worst, '/shop/pay');
    await guarded.close();
    expect(status).toBe(403);
  });

  it.each([
    [
      'throws',
      () => {
        throw new TypeError('no body');
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('no body'))],
  ])('is made all the same when a route function %s', async (_case, failing) => {
    const broken = failing as () => never;
    const options = { failClosed: true, subject: broken, claimedCountry: broken };
    const guarded = await GuardedApp.start({
      controllers: [controllerOf('shop', { pay: options, own: { failClosed: true, ip: broken } })],
    });
    const calm = await guarded.http.from(CLIENTS.clean, '/shop/pay');
    const unknown = await guarded.http.from(CLIENTS.clean, '/shop/own');
    await guarded.close();
    expect([calm.status, unknown.status]).toEqual([200, 503]);
  });
});
