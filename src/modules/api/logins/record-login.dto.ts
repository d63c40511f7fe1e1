import { IsOptional, IsString, Matches } from 'class-validator';
import { INSTANT_FORM, IsInstant } from '../instant.js';

/** Body of `POST /v1/logins`; described for callers in config/openapi.yaml. */
export class RecordLoginDto {
  @IsString({ message: 'user_id must be text.' })
  user_id!: string;

  @IsString({ message: 'ip_address must be text.' })
  ip_address!: string;

  @IsOptional()
  @IsInstant({ message: `ts must be ${INSTANT_FORM}.` })
  ts?: string | number | null;

  @IsOptional()
  @IsString({ message: 'event_id must be text.' })
  event_id?: string | null;

  @IsOptional()
  @IsString({ message: 'claimed_country must be text.' })
  @Matches(/^[A-Za-z]{2}$/, { message: 'claimed_country must be two letters, such as US.' })
  claimed_country?: string | null;

  @IsOptional()
  @IsString({ message: 'policy must be text.' })
  policy?: string | null;
}
