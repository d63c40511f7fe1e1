import type { PipeTransform } from '@nestjs/common';
import { assertUserId } from '../../geo-velocity/logins/user-id.js';

/** The user in a path. @throws InvalidLoginError for a placeholder, which stands for everybody and not for a user. */
export const USER_ID: PipeTransform<string, string> = {
  transform: (text) => {
    assertUserId(text);
    return text;
  },
};
