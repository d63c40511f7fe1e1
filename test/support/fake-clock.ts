export { FakeClock } from '../../src/common/clock/fake-clock.js';
