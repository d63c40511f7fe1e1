import { serviceTagsLink } from './service-tags-page.js';

const PAGE = 'https://www.microsoft.com/en-us/download/details.aspx?id=56519';
const FILE = 'https://download.microsoft.com/download/7/1/d/71d86715/ServiceTags_Public_20260817.json';

describe('serviceTagsLink', () => {
  it('finds the file that the download page links to', () => {
    expect(serviceTagsLink(`<a href="${FILE}" class="x">Download</a>`, PAGE)).toBe(FILE);
    expect(serviceTagsLink(`{"url":"${FILE}","size":"4 MB"}`, PAGE)).toBe(FILE);
  });

  it('takes the newest of several', () => {
    const older = FILE.replace('20260817', '20251229');
    expect(serviceTagsLink(`<a href='${FILE}'></a><a href='${older}'></a>`, PAGE)).toBe(FILE);
  });

  it.each([
    ['another host', 'https://evil.example/ServiceTags_Public_20260817.json'],
    ['a host that only looks alike', 'https://download.microsoft.com.evil.example/ServiceTags_Public_20260817.json'],
    ['Microsoft without TLS', FILE.replace('https', 'http')],
    ['the cloud metadata service', 'http://169.254.169.254/ServiceTags_Public_20260817.json'],
  ])('does not follow a link to %s', (_, link) => {
    expect(serviceTagsLink(`<a href="${link}">`, PAGE)).toBeUndefined();
  });

  it("follows a link to the page's own host, where an operator mirrors both", () => {
    const link = 'http://mirror.example:8080/a/ServiceTags_Public_20260817.json';
    expect(serviceTagsLink(`<a href="${link}">`, 'http://mirror.example:8080/page')).toBe(link);
    expect(serviceTagsLink(`<a href="${link}">`, 'http://mirror.example/page')).toBeUndefined();
  });

  it('finds nothing in a page without the link', () => {
    expect(serviceTagsLink('<html>Sign in</html>', PAGE)).toBeUndefined();
  });
});
