import { Logger } from '@nestjs/common';
import type { AlertDestination } from './common/config/alert-config.js';
import type { ServiceConfig } from './common/config/service-config.js';
import type { AlertsModuleOptions } from './modules/notifications/alerts-options.js';
import type { AlertChannel } from './modules/notifications/channels/alert-channel.js';
import { logChannel } from './modules/notifications/channels/log/log-channel.js';
import { novuChannel } from './modules/notifications/channels/novu/novu-channel.js';
import { parseRecipients } from './modules/notifications/channels/novu/recipients.js';
import { webhookChannel } from './modules/notifications/channels/webhook/webhook-channel.js';

/** How the service delivers alerts. @throws InvalidConfigurationError */
export function toAlertsOptions({ alerts, redisUrl }: ServiceConfig): AlertsModuleOptions {
  return {
    channel: channelTo(alerts.destination),
    ...(redisUrl === undefined ? {} : { redisUrl: redisUrl.reveal() }),
    ...(alerts.publicUrl === undefined ? {} : { publicUrl: alerts.publicUrl }),
  };
}

function channelTo(destination: AlertDestination): AlertChannel {
  switch (destination.kind) {
    case 'novu': {
      const { secretKey, workflowId, userWorkflowId, serverUrl, recipients } = destination;
      return novuChannel({
        secretKey: secretKey.reveal(),
        workflowId,
        userWorkflowId,
        recipients: parseRecipients(recipients),
        ...(serverUrl === undefined ? {} : { serverUrl }),
      });
    }
    case 'webhook':
      return webhookChannel({ url: destination.url.reveal(), secret: destination.secret.reveal() });
    case 'log': {
      const logger = new Logger('Alerts');
      return logChannel({
        write: (line) => {
          logger.warn(line);
        },
      });
    }
  }
}
