/**
 * The command's old address: containers and scripts run `dist/src/token-cli.js`, and their tokens must not
 * end with an update.
 */
import './cli/token-cli.js';
