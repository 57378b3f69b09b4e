import { render } from 'preact';
import { enter } from './state/access.js';
import './styles/base.css';
import './styles/panels.css';
import './styles/call.css';
import './styles/callbacks.css';
import { CallbacksPage } from './views/callbacks/callbacks-page.js';
import { Entrance } from './views/entrance.js';

render(<Entrance title="callbacks">{() => <CallbacksPage />}</Entrance>, document.querySelector('#page')!);
void enter();
