// Bounded, so that a long page without spaces costs no more than its length.
const LINK = /https?:\/\/[^\s"'<>\\]{1,300}\/ServiceTags_Public_[0-9]{8}\.json/g;
const MICROSOFT = 'download.microsoft.com';

/**
 * The newest ServiceTags_Public_<date>.json that Microsoft's download page links to, or `undefined`. A link to any other
 * host than Microsoft's or the page's own is passed over, so that a forged page cannot point the server elsewhere.
 */
export function serviceTagsLink(html: string, pageUrl: string): string | undefined {
  const page = new URL(pageUrl);
  const links = [...html.matchAll(LINK)].map(([link]) => link).filter((link) => isTrusted(link, page));
  return links.sort((a, b) => dateOf(a).localeCompare(dateOf(b))).at(-1);
}

function isTrusted(link: string, page: URL): boolean {
  if (!URL.canParse(link)) return false;
  const { protocol, host } = new URL(link);
  return (protocol === 'https:' && host === MICROSOFT) || (protocol === page.protocol && host === page.host);
}

function dateOf(link: string): string {
  return link.slice(-'00000000.json'.length);
}
