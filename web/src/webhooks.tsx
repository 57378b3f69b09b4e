import { render } from 'preact';
import { enter } from './state/access.js';
import './styles/base.css';
import './styles/panels.css';
import './styles/webhooks.css';
import { Entrance } from './views/entrance.js';
import { WebhooksPage } from './views/webhooks-page.js';

render(<Entrance title="webhooks">{() => <WebhooksPage />}</Entrance>, document.querySelector('#page')!);
void enter();
