import type { AskedLogin } from '../../alerting/account/account-report.js';
import type { AccountAnswer } from '../../alerting/account/answer-links.js';

/** A page without scripts, styles and anything from elsewhere. */
export interface AnswerPage {
  readonly status: number;
  readonly html: string;
}

/** Nothing may be loaded, framed or sent elsewhere; and nobody keeps the page, or learns its address from the next one. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex',
};

const BUTTONS: Readonly<Record<AccountAnswer, string>> = {
  yes: 'Yes, this was me',
  no: 'No, this was not me',
};

const CONSEQUENCES: Readonly<Record<AccountAnswer, string>> = {
  yes: 'Logins from there will raise fewer questions.',
  no: 'New logins to your account will be stopped until somebody has looked at it.',
};

const COUNTRIES = new Intl.DisplayNames(['en'], { type: 'region' });

/** Asks for the answer that the link stands for. The button is what answers: links are opened by mail scanners, too. */
export function questionPage(answer: AccountAnswer, { country, at }: AskedLogin): AnswerPage {
  const from = country === undefined ? '' : ` from ${nameOf(country)}`;
  return page(200, 'Was this you?', [
    `<p>A login to your account${escaped(from)} at ${escaped(minuteOf(at))} (UTC).</p>`,
    `<p>${CONSEQUENCES[answer]}</p>`,
    `<form method="post"><button type="submit">${BUTTONS[answer]}</button></form>`,
  ]);
}

export function thanksPage(answer: AccountAnswer): AnswerPage {
  return page(200, 'Thank you', [`<p>Your answer was taken. ${CONSEQUENCES[answer]}</p>`]);
}

/** Used before, too old, or about something that is not kept any more: it does not say which. */
export const GONE_PAGE = page(410, 'This link is used up', [
  '<p>The link was used before or is too old. Nothing was changed.</p>',
]);

/** Not signed here, or nobody is asked here. */
export const NOT_FOUND_PAGE = page(404, 'There is no such page', ['<p>Nothing was changed.</p>']);

export function laterPage(status: number): AnswerPage {
  return page(status, 'Please try again later', ['<p>The answer cannot be taken now. Nothing was changed.</p>']);
}

function page(status: number, title: string, body: readonly string[]): AnswerPage {
  const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>${title}</title>
  </head>
  <body>
    <h1>${title}</h1>
    ${body.join('\n    ')}
  </body>
</html>
`;
  return { status, html };
}

function nameOf(country: string): string {
  return /^[A-Z]{2}$/.test(country) ? (COUNTRIES.of(country) ?? country) : country;
}

/** `2026-11-22 17:56`. */
function minuteOf(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
