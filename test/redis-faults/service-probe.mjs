// Loaded before dist/main.js: answers the harness what the service would not tell.
import { answerCommands } from '../faults/child.mjs';
import { timesAndMemory } from './request-times.mjs';

answerCommands(timesAndMemory);
