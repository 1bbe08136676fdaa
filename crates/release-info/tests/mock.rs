//! What a consumer's test looks like: a mock ledger that answers with samples.

use integrity_core::Caller;
use release_info::{
    integrity_core,
    ledger::{
        Drills, Error, EventPage, MockReleaseLedger, Place, Recorded, Release, ReleaseLedger, ReleasePage,
    },
};

/// A consumer: which release is live at a place.
async fn live(ledger: &dyn ReleaseLedger, place: &Place) -> Result<Option<String>, Error> {
    let current = ledger.current(&Caller::Service).await?;
    let here = current.into_iter().find(|release| release.place == *place);
    Ok(here.map(|release| release.release.to_string()))
}

#[tokio::test]
async fn a_consumer_is_tested_without_a_server() {
    let mut ledger = MockReleaseLedger::new();
    ledger
        .expect_current()
        .times(1)
        .returning(|_| Ok(vec![Release::sample()]));
    let live = live(&ledger, &Place::sample()).await.expect("an answer");
    assert_eq!(live.as_deref(), Some("vigie-web@0.1.0+4110b38a1b2c"));
}

#[test]
fn samples_are_told_in_json_and_read_back() {
    fn there_and_back<T>(sample: &T)
    where
        T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        let json = serde_json::to_string(sample).expect("JSON");
        assert_eq!(serde_json::from_str::<T>(&json).expect(&json), *sample);
    }
    there_and_back(&Recorded::sample());
    there_and_back(&ReleasePage::sample());
    there_and_back(&EventPage::sample());
    there_and_back(&Drills::sample());
}
