import { IsBoolean, IsIn, IsString, Matches } from 'class-validator';
import { CommaList, Flag, WholeNumber } from './environment-fields.js';

/** An http or https URL, or nothing. The message does not repeat it: it may hold a password. */
const IsWebUrl = (name: string): PropertyDecorator =>
  Matches(/^$|^https?:\/\/[^\s@]+$/, {
    message: `${name} must be a URL such as https://host/path, without a user in it.`,
  });

/** The variables about what is kept of decisions and whom alerts go to. */
export class AlertEnvironment {
  @IsIn(['batched', 'durable', 'off'], { message: 'IP_RISK_DECISION_LOG must be batched, durable or off.' })
  IP_RISK_DECISION_LOG: 'batched' | 'durable' | 'off' = 'batched';

  @IsString()
  NOVU_SECRET_KEY = '';

  @Matches(/^[\w.-]{1,128}$/, { message: 'NOVU_WORKFLOW_ID must be the identifier of one workflow.' })
  NOVU_WORKFLOW_ID = 'security-alert';

  @Matches(/^[\w.-]{1,128}$/, { message: 'NOVU_USER_WORKFLOW_ID must be the identifier of one workflow.' })
  NOVU_USER_WORKFLOW_ID = 'was-this-you';

  @IsWebUrl('NOVU_SERVER_URL')
  NOVU_SERVER_URL = '';

  @IsString()
  IP_RISK_ALERT_RECIPIENTS = '';

  @IsWebUrl('IP_RISK_ALERT_WEBHOOK_URL')
  IP_RISK_ALERT_WEBHOOK_URL = '';

  @Matches(/^$|^(\s*\S){16,}\s*$/, {
    message: 'IP_RISK_ALERT_WEBHOOK_SECRET must have 16 characters or more that are no blanks.',
  })
  IP_RISK_ALERT_WEBHOOK_SECRET = '';

  @IsWebUrl('IP_RISK_PUBLIC_URL')
  IP_RISK_PUBLIC_URL = '';

  @WholeNumber('IP_RISK_ALERT_WINDOW_SECONDS', 'seconds', 1, 86_400)
  IP_RISK_ALERT_WINDOW_SECONDS = 300;

  @WholeNumber('IP_RISK_ALERT_CAP', 'alerts an hour', 1, 100_000)
  IP_RISK_ALERT_CAP = 60;

  @CommaList()
  @IsIn(['user', 'prefix', 'asn', 'policy'], {
    each: true,
    message: 'IP_RISK_ALERT_GROUP_BY must be a list such as prefix,user,policy of user, prefix, asn, policy.',
  })
  IP_RISK_ALERT_GROUP_BY: ('user' | 'prefix' | 'asn' | 'policy')[] = ['prefix', 'user', 'policy'];

  @Flag()
  @IsBoolean({ message: 'IP_RISK_ALERT_USERS must be true or false.' })
  IP_RISK_ALERT_USERS = false;
}
