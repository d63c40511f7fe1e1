import { Controller, Get, HttpCode, Inject, Param, Post, Res, UseGuards } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { StorageError } from '../../../common/errors/ip-risk.error.js';
import { AccountReports } from '../../alerting/account/account-reports.js';
import { ANSWER_LINKS, ANSWER_PATH, type AnswerLinks, type SignedAnswer } from '../../alerting/account/answer-links.js';
import { ApiThrottlerGuard } from '../api-throttler.guard.js';
import { storageUnavailable } from '../storage-unavailable.js';
import { GONE_PAGE, laterPage, NOT_FOUND_PAGE, PAGE_HEADERS, questionPage, thanksPage } from './answer-pages.js';
import type { AnswerPage } from './answer-pages.js';
import { EMPTY_FORM } from './empty-form.js';

interface PageReply {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

/** What becomes of a link that is good. */
type Use = (signed: SignedAnswer) => Promise<AnswerPage>;

/** "Was this you?": pages for users, who have no key. The link is what lets them in, and it is signed. */
@Controller(ANSWER_PATH)
@UseGuards(ApiThrottlerGuard)
export class AccountAnswersController {
  constructor(
    private readonly reports: AccountReports,
    @Inject(ANSWER_LINKS) private readonly links: AnswerLinks | undefined,
  ) {}

  /** Changes nothing: mail scanners and previews open links. */
  @Get(':token')
  async question(@Param('token') token: string, @Res({ passthrough: true }) reply: PageReply): Promise<string> {
    return this.show(token, reply, async ({ alertId, answer }) => {
      const login = await this.reports.asked(alertId);
      return login === undefined ? GONE_PAGE : questionPage(answer, login);
    });
  }

  @Post(':token')
  @HttpCode(200)
  @RouteConfig(EMPTY_FORM)
  async answered(@Param('token') token: string, @Res({ passthrough: true }) reply: PageReply): Promise<string> {
    return this.show(token, reply, async ({ alertId, answer }) => {
      const outcome = await this.reports.answer(alertId, answer);
      return outcome === 'taken' ? thanksPage(answer) : GONE_PAGE;
    });
  }

  private async show(token: string, reply: PageReply, use: Use): Promise<string> {
    const { status, html } = await this.pageFor(token, use);
    reply.status(status);
    for (const [name, value] of Object.entries(PAGE_HEADERS)) reply.header(name, value);
    return html;
  }

  private async pageFor(token: string, use: Use): Promise<AnswerPage> {
    const signed = this.links?.verify(token) ?? 'forged';
    if (signed === 'forged') return NOT_FOUND_PAGE;
    if (signed === 'expired') return GONE_PAGE;
    try {
      return await use(signed);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return laterPage(storageUnavailable(error).getStatus());
    }
  }
}
