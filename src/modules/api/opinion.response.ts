import { opinionReport, type ProviderOpinion } from '../scoring/score-combiner.js';

/** What a provider makes of the address: its own points, its own word for them, and what they are on our scale. */
export function toOpinionResponse(opinion: ProviderOpinion): Record<string, unknown> {
  const { providerId, score, band, onOurScale } = opinionReport(opinion);
  return { provider: providerId, score, band, on_our_scale: onOurScale };
}
