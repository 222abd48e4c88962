from vultus.card import Card, Check, Claim

CARD = Card(implements="method:Sig", summary="balanced sets of virtual people in controlled poses to evaluate recognisers", brief="sig",
            needs=("embed", "detect"), extras=("people",),
            claim=Claim(metric="equal error rate", better="lower", baseline="identity held by words", margin=0.01),
            checks=(Check("reproducible"), Check("manifest"), Check("balance"), Check("identity-distance"), Check("rejected-share"),
                    Check("pose-label"), Check("usable-eer"), Check("usable-dprime"), Check("shuffled-identities"), Check("planted-fnmr"),
                    Check("planted-fmr"), Check("aa-split"), Check("recogniser-ranking"), Check("no-leakage"), Check("planted-leak")))
