import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';

/** Body of `POST /v1/ips/risk`. */
export class ScoreAddressDto {
  @ApiProperty({ example: '8.8.8.8', description: 'IPv4 or IPv6, without port, zone or surrounding space.' })
  @IsString({ message: 'ip_address must be text.' })
  ip_address!: string;

  @ApiPropertyOptional({ description: 'User agent of the client; tells whether the browser is a mobile one.' })
  @IsOptional()
  @IsString({ message: 'user_agent must be text.' })
  @MaxLength(1024, { message: 'user_agent must be 1024 characters or fewer.' })
  user_agent?: string;

  @ApiPropertyOptional({ example: 'en-GB', description: 'Accept-Language of the client, for vendors that take it.' })
  @IsOptional()
  @IsString({ message: 'user_language must be text.' })
  @MaxLength(256, { message: 'user_language must be 256 characters or fewer.' })
  user_language?: string;

  @ApiPropertyOptional({ example: 'US', description: 'Country the client states, ISO 3166-1 alpha-2.' })
  @IsOptional()
  @IsString({ message: 'claimed_country must be text.' })
  @Matches(/^[A-Za-z]{2}$/, { message: 'claimed_country must be two letters, such as US.' })
  claimed_country?: string;

  @ApiPropertyOptional({ example: 'user-42', description: 'Account the request is about; kept with the decision.' })
  @IsOptional()
  @IsString({ message: 'user_id must be text.' })
  @MaxLength(256, { message: 'user_id must be 256 characters or fewer.' })
  user_id?: string;

  @ApiPropertyOptional({ example: 'login', description: 'Policy to decide under; the default one when absent.' })
  @IsOptional()
  @IsString({ message: 'policy must be text.' })
  policy?: string;
}
