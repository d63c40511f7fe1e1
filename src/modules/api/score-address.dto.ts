import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';

/** Body of `POST /v1/ips/risk`; described for callers in config/openapi.yaml. */
export class ScoreAddressDto {
  @IsString({ message: 'ip_address must be text.' })
  ip_address!: string;

  @IsOptional()
  @IsString({ message: 'user_agent must be text.' })
  @MaxLength(1024, { message: 'user_agent must be 1024 characters or fewer.' })
  user_agent?: string;

  @IsOptional()
  @IsString({ message: 'user_language must be text.' })
  @MaxLength(256, { message: 'user_language must be 256 characters or fewer.' })
  user_language?: string;

  @IsOptional()
  @IsString({ message: 'claimed_country must be text.' })
  @Matches(/^[A-Za-z]{2}$/, { message: 'claimed_country must be two letters, such as US.' })
  claimed_country?: string;

  @IsOptional()
  @IsString({ message: 'user_id must be text.' })
  @MaxLength(256, { message: 'user_id must be 256 characters or fewer.' })
  user_id?: string;

  @IsOptional()
  @IsString({ message: 'policy must be text.' })
  policy?: string;
}
