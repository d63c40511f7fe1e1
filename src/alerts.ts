/** The door for alerts: `nestjs-ip-risk/alerts`. Loads BullMQ. */
export type { Alert, AlertFacts, AlertKind, AlertSeverity } from './modules/alerting/alert.js';
export type { DeliveryOutcome } from './modules/alerting/delivery-outcome.js';
export type { AlertsModuleOptions } from './modules/notifications/alerts-options.js';
export { AlertsModule } from './modules/notifications/alerts.module.js';
export type { AlertChannel, OutgoingAlert } from './modules/notifications/channels/alert-channel.js';
export type { AlertPayload } from './modules/notifications/payload/alert-payload.js';
export { logChannel, type LogChannelOptions } from './modules/notifications/channels/log/log-channel.js';
export { novuChannel, type NovuChannelOptions } from './modules/notifications/channels/novu/novu-channel.js';
export { parseRecipients, type Recipient } from './modules/notifications/channels/novu/recipients.js';
export {
  webhookChannel,
  type WebhookChannelOptions,
} from './modules/notifications/channels/webhook/webhook-channel.js';
export { verifySignature } from './modules/notifications/channels/webhook/webhook-signature.js';
