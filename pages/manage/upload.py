"""Upload: files in, in four steps of which none changes anything before the last; then every file that is loaded."""

import streamlit as st

from data.chosen import own_store
from pages.parts import history, show, states, templates, uploading
from pages.parts.identity import current_user

store, user = own_store(), current_user()
st.title("Upload")
show.follow_mode()

if user.may_publish:
    st.markdown(":gray[:small[Nothing changes until you publish. Every step can be undone until then.]]")
    uploading.done()
    uploading.steps(store, user)
    templates.show()
    states.folders()
else:
    states.may_not_publish()
history.show(store.view(), user)
