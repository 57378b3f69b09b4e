import { definePitelPop } from '@pitel-event-bridge/client/element';
import { render } from 'preact';
import { enter } from './state/access.js';
import './styles/base.css';
import './styles/panels.css';
import './styles/pop.css';
import { Entrance } from './views/entrance.js';
import { PopPage } from './views/pop-page.js';

definePitelPop();
render(<Entrance title="screenPop">{() => <PopPage />}</Entrance>, document.querySelector('#page')!);
void enter();
