import { IsOptional, IsString, Matches } from 'class-validator';
import { INSTANT_FORM, IsInstant } from '../instant.js';

/** Body of `POST /v1/users/{id}/travel-plans`; described for callers in config/openapi.yaml. */
export class TravelPlanDto {
  @IsString({ message: 'country must be text.' })
  @Matches(/^[A-Za-z]{2}$/, { message: 'country must be two letters, such as JP.' })
  country!: string;

  @IsOptional()
  @IsInstant({ message: `from must be ${INSTANT_FORM}.` })
  from?: string | number | null;

  @IsInstant({ message: `until must be ${INSTANT_FORM}.` })
  until!: string | number;
}
