import { IsIn, IsString } from 'class-validator';

/** Body of `POST /v1/users/{id}/challenges`; described for callers in config/openapi.yaml. */
export class ChallengeDto {
  @IsString({ message: 'ip_address must be text.' })
  ip_address!: string;

  @IsIn(['passed', 'failed'], { message: 'outcome must be one of: passed, failed.' })
  outcome!: 'passed' | 'failed';
}
